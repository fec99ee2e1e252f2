/**
 * `docs/versions.md`: what upgrades of MSAL changed, from data that a matrix and bisections left.
 * `scripts/versions.ts` plays them and writes `docs/data/versions.json`.
 */
import { kindTables } from "../../harness/reporting/client-versions/matrix-text.ts";
import type { VersionKind } from "../../harness/reporting/client-versions/version-kinds.ts";
import {
  isChance,
  type Matrix,
  type RuleStep,
} from "../../harness/reporting/client-versions/version-matrix.ts";
import { inline, row } from "../../harness/reporting/formats/markdown-text.ts";

/** The contents of `docs/data/versions.json`. */
export interface VersionsData {
  readonly schema: "brownout/versions/1";
  /** The day on which it was played, such as `2026-11-29`. */
  readonly date: string;
  readonly brownout: string;
  /** The arguments of each `brownout matrix`. */
  readonly asked: readonly string[];
  readonly seed: string;
  readonly again: string;
  readonly runs: number;
  /** Runs that did not end, as `client@version scenario`. */
  readonly unfinished: readonly string[];
  readonly clients: readonly {
    readonly client: string;
    readonly versions: readonly { readonly version: string }[];
  }[];
  readonly upgrades: readonly UpgradeData[];
  readonly kinds: readonly VersionKind[];
  readonly changes: readonly ChangeData[];
}

/** A version and the one before it. */
export interface UpgradeData {
  readonly client: string;
  readonly from: string;
  readonly to: string;
  readonly worse: readonly RuleCount[];
  readonly better: readonly RuleCount[];
  /** Calls that failed or were given up, in the scenarios that both played. */
  readonly failed: { readonly before: number; readonly after: number };
}

interface RuleCount {
  readonly rule: string;
  readonly scenarios: number;
}

/** What a bisection found: `after` is the first version that answers otherwise than `before`. */
export interface ChangeData {
  readonly client: string;
  readonly rule: string;
  readonly scenario: string;
  readonly before: SideData;
  readonly after: SideData;
  /** Versions between the two that could not be played. */
  readonly between: readonly string[];
}

interface SideData {
  readonly version: string;
  readonly verdict: string;
  readonly message: string;
}

/** The JSON that `brownout bisect --json` prints, as far as it is read here. */
export interface BisectResult {
  readonly client: string;
  readonly rule: string;
  readonly scenario: string;
  readonly tried: readonly Partial<SideData>[];
  readonly kind: string;
  readonly before?: string;
  readonly after?: string;
  readonly between?: readonly string[];
}

/** Reduces what was played to what the page needs; the matrices are of one session. */
export function versionsDataOf(
  matrices: readonly Matrix[],
  bisections: readonly BisectResult[],
  { date, asked }: Pick<VersionsData, "date" | "asked">,
): VersionsData {
  const clients = matrices.flatMap((matrix) => matrix.clients);
  const versions = clients.flatMap((client) => client.versions);
  const { brownout = "", seed = "", again = "" } = matrices[0] ?? {};
  return {
    schema: "brownout/versions/1",
    date,
    brownout,
    asked,
    seed,
    again,
    runs: versions.reduce((sum, { totals }) => sum + totals.runs, 0),
    unfinished: versions.flatMap(({ failures }) =>
      failures.map(({ client, scenario }) => `${client} ${scenario}`),
    ),
    clients: clients.map(({ client, versions: own }) => ({
      client,
      versions: own.map(({ version }) => ({ version })),
    })),
    upgrades: matrices.flatMap((matrix) =>
      matrix.clients.flatMap((one) => upgradesOf(matrix, one)),
    ),
    kinds: matrices.flatMap(({ kinds }) => kinds),
    changes: bisections.flatMap(changeOf),
  };
}

function upgradesOf(
  matrix: Matrix,
  { client, upgrades }: Matrix["clients"][number],
): readonly UpgradeData[] {
  return upgrades.map(({ from, to, before, after }) => ({
    client,
    from,
    to,
    worse: countsOf(matrix, { client, to, direction: "worse" }),
    better: countsOf(matrix, { client, to, direction: "better" }),
    failed: { before: failedOf(before), after: failedOf(after) },
  }));
}

/** The steps worth a bisection: rules that got worse or better, not by chance, the widest first. */
export function stepsToBisect(
  matrices: readonly Pick<Matrix, "steps">[],
  max: number,
): readonly {
  readonly client: string;
  readonly rule: string;
  readonly scenario: string;
  readonly from: string;
  readonly to: string;
}[] {
  return matrices
    .flatMap(({ steps }) => steps)
    .filter(({ direction }) => direction === "worse" || direction === "better")
    .map((step) => ({ ...step, changes: step.changes.filter((change) => !isChance(change)) }))
    .toSorted((a, b) => b.changes.length - a.changes.length)
    .flatMap(({ client, rule, from, to, changes: [first] }) =>
      first === undefined ? [] : [{ client, rule, scenario: first.scenario, from, to }],
    )
    .slice(0, max);
}

function countsOf(
  { steps }: Matrix,
  wanted: Pick<RuleStep, "client" | "to" | "direction">,
): readonly RuleCount[] {
  return steps
    .filter(
      ({ client, to, direction }) =>
        client === wanted.client && to === wanted.to && direction === wanted.direction,
    )
    .map(({ rule, changes }) => ({
      rule,
      scenarios: changes.filter((change) => !isChance(change)).length,
    }))
    .filter(({ scenarios }) => scenarios > 0)
    .toSorted((a, b) => b.scenarios - a.scenarios);
}

function failedOf({ operations }: Matrix["clients"][number]["upgrades"][number]["before"]): number {
  return operations.fail + operations.unknown;
}

function changeOf(found: BisectResult): readonly ChangeData[] {
  const { client, rule, scenario, between = [] } = found;
  const side = (wanted: string | undefined): SideData | undefined => {
    const one = found.tried.find(({ version }) => version === wanted);
    if (wanted === undefined || one?.verdict === undefined) return undefined;
    return { version: wanted, verdict: one.verdict, message: one.message ?? "" };
  };
  const [before, after] = [side(found.before), side(found.after)];
  if (before === undefined || after === undefined) return [];
  return [{ client, rule, scenario, before, after, between }];
}

/** The text of `docs/versions.md`. */
export function versionsPage(data: VersionsData): string {
  const { date, brownout, asked, seed, again, runs, unfinished } = data;
  const notFinished =
    unfinished.length === 0 ? "" : ` Not finished, and not counted: ${unfinished.join("; ")}.`;
  const lines = [
    "# What upgrades of MSAL changed",
    "",
    "<!-- Made by `npm run versions` from docs/data/versions.json: do not edit. -->",
    "",
    `${asked.map((args) => `\`brownout matrix ${args}\``).join(" and ")}, on ${date} with brownout ${brownout}: the newest version of each major at that time, ${runs} runs, seed ${seed}. Each difference was played again with seed ${again}, and counts only if it was there again.${notFinished}`,
    "",
    ...upgradeTable(data),
    "",
    "In brackets: in how many scenarios. Calls are of the scenarios that both versions played, so they can be compared within a line only.",
    "",
    "## Kinds of failure, and the majors in which each occurs",
    "",
    "In how many scenarios. What a scenario breaks on purpose, and a failure that another rule counts as well, is left out.",
    ...kindTables(data),
    "",
    ...changeSection(data),
    "To see it with the version that you are about to take: `npx brownout matrix msal-node@7.2.1,latest`.",
  ];
  return `${lines.join("\n")}\n`;
}

function changeSection({ changes }: VersionsData): readonly string[] {
  if (changes.length === 0) return [];
  return [
    "## Which version brought it",
    "",
    "Found by `brownout bisect` over all published versions between two majors, for the widest differences of the first table:",
    "",
    ...changes.flatMap(changeLines),
    "",
  ];
}

function upgradeTable({ upgrades }: VersionsData): readonly string[] {
  const rules = (counts: readonly RuleCount[]): string =>
    counts.map(({ rule, scenarios }) => `${rule} (${scenarios})`).join(", ");
  return [
    row("upgrade", "worse", "better", "calls failed"),
    "| --- | --- | --- | --- |",
    ...upgrades.map(({ client, from, to, worse, better, failed: { before, after } }) =>
      row(
        `${client} ${from} → ${to}`,
        rules(worse),
        rules(better),
        before === after ? `${before}` : `${before} → ${after}`,
      ),
    ),
  ];
}

function changeLines({ client, rule, scenario, before, after, between }: ChangeData): string[] {
  const unsure =
    between.length === 0
      ? ""
      : `, or one before it that could not be played (${between.join(", ")})`;
  const better = after.verdict === "pass";
  return [
    `- **${client} ${after.version}**${unsure} ${better ? "keeps" : "breaks"} ${rule}, in ${scenario}:`,
    ...[before, after].map(
      ({ version, verdict, message }) => `  - ${version}, ${verdict}: ${inline(message)}`,
    ),
  ];
}
