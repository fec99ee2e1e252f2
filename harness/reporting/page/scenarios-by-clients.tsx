/** Scenarios by clients: where each run stands, to be searched and followed. */
import { useState } from "preact/hooks";
import type {
  ReportData,
  ScenarioCell,
  ScenarioRow,
  ScenarioTable,
} from "../model/report-model.ts";
import { filterRows, type RowFilter } from "./row-filter.ts";
import { Badge } from "./parts.tsx";
import { runAddress } from "./page-address.ts";
import { standingMeanings, standings } from "./standing-meanings.ts";

export function ScenariosByClients({ report }: { readonly report: ReportData }) {
  const [filter, setFilter] = useState<RowFilter>({ text: "", standing: "all", client: "all" });
  const { clients, rows } = report.scenarios;
  if (rows.length === 0) return null;
  const shown = filterRows(rows, filter);
  const shownClients = clients.filter(
    ({ client }) => filter.client === "all" || filter.client === client,
  );
  return (
    <section id="matrix" aria-labelledby="matrix-title">
      <h2 id="matrix-title" tabIndex={-1}>
        Scenarios by clients
      </h2>
      <Filters
        report={report}
        filter={filter}
        shown={shown.length}
        onChange={(part) => setFilter({ ...filter, ...part })}
      />
      <Table shown={shown} shownClients={shownClients} />
      <Legend />
    </section>
  );
}

function Filters({
  report,
  filter,
  shown,
  onChange,
}: {
  readonly report: ReportData;
  readonly filter: RowFilter;
  /** How many rows match. */
  readonly shown: number;
  readonly onChange: (part: Partial<RowFilter>) => void;
}) {
  const { clients, rows } = report.scenarios;
  return (
    <form
      class="filters no-print"
      role="search"
      aria-label="Scenarios"
      onSubmit={(event) => event.preventDefault()}
    >
      <label>
        Find{" "}
        <input
          type="search"
          value={filter.text}
          placeholder="scenario, title or rule"
          onInput={(event) => onChange({ text: event.currentTarget.value })}
        />
      </label>
      <label>
        Standing{" "}
        <select
          value={filter.standing}
          onChange={(event) => onChange({ standing: event.currentTarget.value })}
        >
          <option value="all">all</option>
          {standings.map((standing) => (
            <option key={standing} value={standing}>
              {standing}
            </option>
          ))}
          {report.failures.length > 0 && <option value="not finished">not finished</option>}
        </select>
      </label>
      <label>
        Client{" "}
        <select
          value={filter.client}
          onChange={(event) => onChange({ client: event.currentTarget.value })}
        >
          <option value="all">all</option>
          {clients.map(({ client }) => (
            <option key={client} value={client}>
              {client}
            </option>
          ))}
        </select>
      </label>
      <output aria-live="polite">
        {shown} of {rows.length} scenarios
      </output>
    </form>
  );
}

function Table({
  shown,
  shownClients,
}: {
  readonly shown: readonly ScenarioRow[];
  readonly shownClients: ScenarioTable["clients"];
}) {
  return (
    <div class="scroll tall" role="region" aria-label="Table of scenarios by clients" tabIndex={0}>
      <table class="matrix">
        <thead>
          <tr>
            <th scope="col">Scenario</th>
            {shownClients.map(({ client, counts }) => (
              <th key={client} scope="col">
                <b>{client.replace(/ \S+$/, "")}</b> {/ (\S+)$/.exec(client)?.[1]}
                <span class="count">{counts}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <ScenarioLine
              key={row.scenario}
              row={row}
              clients={shownClients.map(({ client }) => client)}
            />
          ))}
          {shown.length === 0 && (
            <tr>
              <td colSpan={shownClients.length + 1}>No scenario is like that.</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

function Legend() {
  return (
    <ul class="legend" aria-label="What the words mean">
      {standings.map((standing) => (
        <li key={standing}>
          <Badge standing={standing} /> {standingMeanings[standing].says}
        </li>
      ))}
      <li>
        <span class="nothing" aria-hidden="true">
          ·
        </span>{" "}
        not run with this client
      </li>
    </ul>
  );
}

function ScenarioLine({
  row,
  clients,
}: {
  readonly row: ScenarioRow;
  readonly clients: readonly string[];
}) {
  return (
    <tr>
      <th scope="row">
        {row.scenario}
        {row.title !== undefined && <span class="title">{row.title}</span>}
      </th>
      {clients.map((client) => {
        const runs = row.runs.filter((run) => run.client === client);
        const isFailed = row.failed.includes(client);
        return (
          <td key={client}>
            {runs.map((run) => (
              <Cell key={run.id} run={run} isAlone={runs.length === 1} />
            ))}
            {isFailed && (
              <a class="badge unfinished" href="#not-finished">
                ! not finished
              </a>
            )}
            {runs.length === 0 && !isFailed && (
              <span class="nothing">
                <span aria-hidden="true">·</span>
                <span class="hidden">not run</span>
              </span>
            )}
          </td>
        );
      })}
    </tr>
  );
}

function Cell({ run, isAlone }: { readonly run: ScenarioCell; readonly isAlone: boolean }) {
  const rules = run.rules.join(", ");
  return (
    <a class="cell" href={runAddress(run.id)}>
      <Badge standing={run.standing} />
      {rules !== "" && <span class="rules">{rules}</span>}
      {!isAlone && <span class="rules">{run.mount}</span>}
      <span class="hidden">
        {" "}
        {run.scenario}, {run.client}
      </span>
    </a>
  );
}
