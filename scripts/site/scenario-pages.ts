/** Pages that are made from the source: one for each scenario, their index, and the rules. */
import { formatDuration } from "../../harness/core/time/duration.ts";
import type { Rule } from "../../harness/rules/rule.ts";
import type { FaultWindow } from "../../harness/faults/plan.ts";
import type { BaselineEntry } from "../../harness/reporting/model/baseline.ts";
import { rowOfMarkdown as row } from "../../harness/reporting/formats/markdown-text.ts";
import type { Scenario } from "../../harness/runner/scenario.ts";

/** A scenario with where it is written, below the repository. */
export interface Written {
  readonly scenario: Scenario;
  readonly file: string;
}

export interface DocsSource {
  readonly scenarios: readonly Written[];
  readonly rules: readonly Rule[];
  readonly baseline: readonly BaselineEntry[];
}

/** Text by path, below the repository, where the pages would be if they were written there. */
export function scenarioPages(source: DocsSource): ReadonlyMap<string, string> {
  return new Map([
    ["docs/rules.md", rulesPage(source)],
    ["docs/scenarios/README.md", indexPage(source)],
    ...source.scenarios.map(
      (written) =>
        [`docs/scenarios/${written.scenario.name}.md`, scenarioPage(written, source)] as const,
    ),
  ]);
}

function page(...blocks: readonly (readonly string[])[]): string {
  const lines = blocks.filter((block) => block.length > 0);
  return `${lines.map((block) => block.join("\n")).join("\n\n")}\n`;
}

function indexPage({ scenarios }: DocsSource): string {
  const groups = Map.groupBy(scenarios, ({ file }) => file);
  return page(
    ["# Scenarios"],
    [
      `The library's ${scenarios.length} outages, by the file in which they are written. Each page says what an outage stands for, what it asks of a client, and what is known of real ones.`,
    ],
    ...[...groups].flatMap(([file, written]) => [
      [`## [${file.replace(/^scenarios\//, "")}](../../${file})`],
      [
        row("scenario", "what happens"),
        "| --- | --- |",
        ...written.map(({ scenario: { name, title } }) => row(`[${name}](${name}.md)`, title)),
      ],
    ]),
  );
}

function scenarioPage({ scenario, file }: Written, { baseline }: DocsSource): string {
  const { name, title, story, needs, asserts, faults, clients = [], row: flowRow } = scenario;
  const known = baseline.filter((entry) => entry.scenario === name);
  const names = clients.map((client) => (typeof client === "string" ? client : client.name));
  return page(
    [`# ${name}`],
    [`${title}.`.replace(/\.\.$/, ".")],
    ["```", `npx brownout run ${name}`, "```"],
    [
      row("", ""),
      "| --- | --- |",
      row("Stands for", story.standsFor),
      row("Asserts", story.asserts),
      row("A failure means", story.failureMeans),
      row("In the application", story.fix),
      row("Rules", asserts.map((rule) => `[${rule}](../rules.md#${rule})`).join(", ")),
      ...(needs.length === 0 ? [] : [row("Flows", needs.join(", "))]),
      ...(names.length === 0 ? [] : [row("Clients", names.join(", "))]),
      ...(flowRow === undefined
        ? []
        : [row("Row of the flow table", `${flowRow.flow}, as ${flowRow.as}`)]),
      row("Written in", `[${file}](../../${file})`),
    ],
    ["## What is broken"],
    faults.length === 0
      ? ["Nothing; the script changes the world."]
      : [
          row("from", "for", "where", "what", "effect"),
          "| --- | --- | --- | --- | --- |",
          ...faults.map((window) => row(...windowCells(window))),
        ],
    ...(known.length === 0
      ? []
      : [
          ["## What is known"],
          [
            row("client", "rule", "verdict", "why"),
            "| --- | --- | --- | --- |",
            ...known.map(({ client, rule, verdict, reason }) =>
              row(client, `[${rule}](../rules.md#${rule})`, verdict, reason),
            ),
          ],
        ]),
  );
}

function windowCells(window: FaultWindow): readonly string[] {
  const { at, on, from, for: forMs, effect, chance, where } = window;
  const slice =
    where === undefined
      ? ""
      : `, ${Object.entries(where)
          .map(([name, value]) => `${name} ${String(value)}`)
          .join(", ")}`;
  const share = chance === undefined ? "" : `, ${Math.round(chance * 1_000) / 10} % of requests`;
  return [
    formatDuration(from),
    formatDuration(forMs),
    at,
    `${on === "all" ? "all endpoints" : on.join(", ")}${slice}${share}`,
    effect.kind,
  ];
}

function rulesPage({ rules, scenarios }: DocsSource): string {
  return page(
    ["# Rules"],
    [
      `The ${rules.length} rules that judge every run. A rule that never saw what it judges is inconclusive. Each is in \`harness/rules/\` beside its test, which has a client that it catches and one that it lets pass.`,
    ],
    ...rules.flatMap(({ id, says, source, fix, excuses = [] }) => {
      const asserting = scenarios
        .filter(({ scenario }) => scenario.asserts.includes(id))
        .map(({ scenario: { name } }) => `[${name}](scenarios/${name}.md)`);
      const test = `[harness/rules/${id}.test.ts](../harness/rules/${id}.test.ts)`;
      return [
        [`## ${id}`],
        [says],
        [
          `- To fix: ${fix}`,
          `- Source: ${source}`,
          `- Witness: ${test}`,
          ...(asserting.length === 0 ? [] : [`- Asserted by ${some(asserting)}`]),
        ],
        ...(excuses.length === 0
          ? []
          : [["It excuses:"], excuses.map((excuse) => `- \`${excuse.id}\`: ${excuse.says}`)]),
      ];
    }),
  );
}

const SHOWN = 8;

function some(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(", ");
  return names.length > SHOWN ? `${names.length} scenarios, such as ${shown}` : shown;
}
