/** Gathers what `report.html` shows: results, what explains them, and a block for each history. */
import { stretchesWithoutToken } from "../../rules/model/without-token.ts";
import type { History } from "../../history/event.ts";
import { costLine, costText } from "../cost-text.ts";
import type { Explain } from "../explain.ts";
import { flowRows } from "../flow-table.ts";
import { quarantineLines } from "../quarantine.ts";
import { relaunchText } from "../relaunched.ts";
import type { Results, RunResult } from "../results.ts";
import { headline, splitFailures } from "../totals.ts";
import type { FlowsData, ReportData, RuleData, RunData } from "./report-data.ts";
import { packHistory, slimHistory } from "./slim-history.ts";

/** The report's data, and by a run's id its history, packed. */
export interface Assembled {
  readonly data: ReportData;
  readonly histories: ReadonlyMap<string, string>;
}

/** Pure: one set of results gives one set of data. */
export function assembleReport(results: Results, explain: Explain): Assembled {
  const ids = idsOf(results.runs);
  const idOf = (run: RunResult): string => ids.get(run) ?? "";
  const histories = new Map<string, string>();
  for (const run of results.runs) {
    const history = explain.history(run);
    if (history !== undefined) histories.set(idOf(run), packHistory(slimHistory(history)));
  }
  const { own, interrupted } = splitFailures(results);
  const flows = flowsOf(results, idOf);
  const known = results.runs.flatMap((run) => run.findings).filter((f) => f.baseline === "known");
  return {
    histories,
    data: {
      headline: headline(results),
      tone: toneOf(results),
      brownout: results.brownout,
      seed: results.seed,
      totals: { ...results.totals, known: known.length },
      runs: results.runs.map((run) => runData(run, idOf(run), explain)),
      rules: rulesOf(results, explain),
      ...given("cost", costLine(results)),
      fixed: results.fixed ?? [],
      quarantine: quarantineLines(results),
      failures: own,
      interrupted: interrupted.length,
      ...(flows === undefined ? {} : { flows }),
    },
  };
}

/**
 * `scenario--client`, as the journals are called; with the version where two versions ran, and
 * a number where that does not tell them apart either. Letters that an address would have to
 * escape are replaced: names of recordings are anybody's.
 */
function idsOf(runs: readonly RunResult[]): ReadonlyMap<RunResult, string> {
  const plain = ({ scenario, client }: RunResult): string => safe(`${scenario}--${client.name}`);
  const exact = (run: RunResult): string => `${plain(run)}@${safe(run.client.version)}`;
  const isAlone = (run: RunResult): boolean =>
    runs.every((other) => other === run || plain(other) !== plain(run));
  const ids = new Map<RunResult, string>();
  const taken = new Set<string>();
  for (const run of runs) {
    const name = isAlone(run) ? plain(run) : exact(run);
    let id = name;
    for (let copy = 2; taken.has(id); copy += 1) id = `${name}~${copy}`;
    taken.add(id);
    ids.set(run, id);
  }
  return ids;
}

function safe(name: string): string {
  return name.replace(/[^\w.-]+/g, "-");
}

function toneOf(results: Results): ReportData["tone"] {
  if (results.failures !== undefined || results.totals.unexpected > 0) return "bad";
  return results.runs.every((run) => run.expected) ? "good" : "open";
}

function runData(run: RunResult, id: string, explain: Explain): RunData {
  const { findings, client, row: _, unseen: _unseen, ...result } = run;
  const history = explain.history(run);
  const died = explain.relaunched(run);
  return {
    ...result,
    id,
    client: nameOf(client),
    held: explain.held(run),
    findings: findings.map((finding) => ({
      ...finding,
      ...given("reason", finding.baseline === "known" ? explain.reason(run, finding) : undefined),
    })),
    ...given("title", explain.title(run)),
    ...given("story", explain.story(run)),
    ...given("replay", explain.replay(run)),
    ...given("configuration", explain.configuration(run)),
    ...given("relaunched", died === undefined ? undefined : relaunchText(died)),
    ...given("withoutToken", history === undefined ? undefined : withoutToken(history)),
    ...given("costText", costText(result.cost)),
    ...given("events", history?.events.length),
  };
}

function withoutToken(history: History): RunData["withoutToken"] {
  const stretches = stretchesWithoutToken(history);
  if (stretches.length === 0) return undefined;
  const { startedAt } = history.header;
  return {
    fromMs: Math.min(...stretches.map(({ from }) => from)) - startedAt,
    toMs: Math.max(...stretches.map(({ to }) => to)) - startedAt,
  };
}

/** A field, or none where there is nothing to say. */
function given<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: Value });
}

function rulesOf({ runs }: Results, explain: Explain): Readonly<Record<string, RuleData>> {
  const ids = runs.flatMap((run) => [
    ...run.findings.map(({ rule }) => rule),
    ...explain.held(run),
  ]);
  return Object.fromEntries(
    [...new Set(ids)]
      .sort()
      .map((id) => [id, { ...given("says", explain.says(id)), ...given("fix", explain.fix(id)) }]),
  );
}

function flowsOf(results: Results, idOf: (run: RunResult) => string): FlowsData | undefined {
  const table = flowRows(results);
  if (table === undefined) return undefined;
  const { title, about, heads, rows, sources } = table;
  return {
    title,
    about,
    heads,
    sources,
    rows: rows.map(({ run, cells, isAsDocumented }) => ({ run: idOf(run), cells, isAsDocumented })),
  };
}

function nameOf({ name, version }: RunResult["client"]): string {
  return version === "" ? name : `${name} ${version}`;
}
