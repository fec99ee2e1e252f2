/**
 * The matrix as a page, `matrix.md`: one table for the reader who decides, then upgrade by
 * upgrade what changed, with the rule's message before and after in one scenario of each kind,
 * and where both journals are. The terminal prints the table's rows as lines.
 */
import { formatDuration } from "../../core/time/duration.ts";
import { inline, row } from "../formats/markdown-text.ts";
import { count, namesWithin } from "../model/wording.ts";
import type { Verdict } from "../../rules/rule.ts";
import type { Direction, ImpactChange } from "./version-changes.ts";
import type { VersionKind } from "./version-kinds.ts";
import { isChance, type Matrix, type RuleStep, type Upgrade } from "./version-matrix.ts";

/** The text of `matrix.md`. */
export function matrixPage(matrix: Matrix): string {
  const sections = [
    [
      `# Versions compared: ${headline(matrix)}`,
      "",
      aboutLine(matrix),
      "",
      ...summaryTable(matrix),
    ],
    kindSection(matrix),
    ...matrix.clients.flatMap(({ client, upgrades }) =>
      upgrades.map((upgrade) => upgradeSection(matrix, client, upgrade)),
    ),
    chanceSection(matrix),
    leftOutSection(matrix),
    failureSection(matrix),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** What the terminal prints at the end: the same, a line for each change. */
export function matrixLines(matrix: Matrix): readonly string[] {
  const upgrades = matrix.clients.flatMap(({ client, upgrades: all }) =>
    all.flatMap((upgrade) => [
      "",
      `${client} ${upgrade.from} → ${upgrade.to}: ${impactText(upgrade)}`,
      ...stepsOf(matrix, client, upgrade).map(
        (step) =>
          `  ${directions[step.direction].word.padEnd(WORD_WIDTH)}  ${step.rule}: ${namesWithin(scenariosOf(step), NAMES_WIDTH)}`,
      ),
    ]),
  );
  return [...upgrades, ...kindLines(matrix), "", `${headline(matrix)}. ${aboutLine(matrix)}`];
}

/** A table for each client: how rules were broken, and in how many scenarios by which version. */
export function kindTables({
  clients,
  kinds,
}: {
  readonly clients: readonly {
    readonly client: string;
    readonly versions: readonly { readonly version: string }[];
  }[];
  readonly kinds: readonly VersionKind[];
}): readonly string[] {
  return clients.flatMap(({ client, versions }) => {
    const own = kinds.filter((kind) => kind.client === client);
    if (own.length === 0) return [];
    const names = versions.map(({ version }) => version);
    return [
      "",
      row(`kinds of failure of ${client}`, "rule", ...names),
      `|${" --- |".repeat(names.length + 2)}`,
      ...own.map(({ says, rule, versions: shown }) =>
        row(
          says,
          rule,
          ...names.map((name) => {
            const scenarios = shown.find(({ version }) => version === name)?.scenarios ?? [];
            return scenarios.length === 0 ? "" : `${scenarios.length}`;
          }),
        ),
      ),
    ];
  });
}

function kindSection(matrix: Matrix): readonly string[] {
  const tables = kindTables(matrix);
  if (tables.length === 0) return [];
  return [
    "## Kinds of failure, and the versions in which each occurs",
    "",
    "In how many scenarios; what a scenario breaks on purpose does not count. Which they are is in matrix.json.",
    ...tables,
  ];
}

function kindLines({ clients, kinds }: Matrix): readonly string[] {
  return clients.flatMap(({ client }) => {
    const own = kinds.filter((kind) => kind.client === client);
    if (own.length === 0) return [];
    return [
      "",
      `${client}, kinds of failure and the versions in which each occurs:`,
      ...own.map(
        ({ says, versions }) => `  ${says}: ${versions.map(({ version }) => version).join(", ")}`,
      ),
    ];
  });
}

/** How many runs of which versions are to be played. */
export function plannedText(
  plans: readonly {
    readonly of: { readonly client: string; readonly version: string };
    readonly runs: readonly unknown[];
  }[],
): string {
  const runs = plans.reduce((sum, plan) => sum + plan.runs.length, 0);
  const clients = [...Map.groupBy(plans, ({ of }) => of.client)].map(
    ([client, all]) => `${client} ${all.map(({ of }) => of.version).join(", ")}`,
  );
  return `${count(runs, "run")} of ${clients.join("; ")}`;
}

/** The line for a version whose runs have all ended; a run without a verdict was not finished. */
export function versionLine(
  { client, version }: { readonly client: string; readonly version: string },
  verdicts: readonly (Verdict | undefined)[],
): string {
  const counts = (["pass", "fail", "inconclusive", undefined] as const).flatMap((verdict) => {
    const { length } = verdicts.filter((one) => one === verdict);
    return length === 0 ? [] : [`${length} ${verdict ?? "not finished"}`];
  });
  return `  ${client} ${version}: ${counts.join(", ")}`;
}

const NAMES_WIDTH = 70;

const directions: Readonly<Record<Direction, { readonly word: string; readonly says: string }>> = {
  worse: { word: "worse", says: "failed, and passed before" },
  better: { word: "better", says: "passed, and failed before" },
  appeared: { word: "new failure", says: "failed, and had nothing to judge before" },
  gone: { word: "failure gone", says: "had nothing to judge, and failed before" },
  seen: { word: "seen now", says: "passed, and had nothing to judge before" },
  unseen: { word: "not seen", says: "had nothing to judge, and passed before" },
};

const order = Object.keys(directions);

const WORD_WIDTH = Math.max(...Object.values(directions).map(({ word }) => word.length));

/** The steps of an upgrade that are not chance, the worst first. */
function stepsOf(
  { steps }: Matrix,
  client: string,
  { to }: Pick<Upgrade, "to">,
): readonly RuleStep[] {
  return steps
    .filter((step) => step.client === client && step.to === to)
    .map((step) => ({ ...step, changes: step.changes.filter((change) => !isChance(change)) }))
    .filter(({ changes }) => changes.length > 0)
    .toSorted(
      (a, b) =>
        order.indexOf(a.direction) - order.indexOf(b.direction) ||
        b.changes.length - a.changes.length,
    );
}

function scenariosOf({ changes }: RuleStep): readonly string[] {
  return changes.map(({ scenario }) => scenario);
}

function headline({ steps }: Matrix): string {
  const real = steps.flatMap(({ direction, changes }) =>
    changes.filter((change) => !isChance(change)).map(() => direction),
  );
  if (real.length === 0) return "no rule says anything else";
  const counts = (["worse", "better"] as const).map(
    (wanted) => `${real.filter((direction) => direction === wanted).length} ${wanted}`,
  );
  return `${count(real.length, "verdict")} changed, ${counts.join(", ")}`;
}

function aboutLine({ clients, seed, again }: Matrix): string {
  const versions = clients.flatMap(({ versions: all }) => all);
  const runs = versions.reduce((sum, { totals }) => sum + totals.runs, 0);
  const failed = versions.flatMap(({ failures }) => failures).length;
  const names = clients.map(
    ({ client, versions: all }) => `${client} ${all.map(({ version }) => version).join(", ")}`,
  );
  const unfinished = failed === 0 ? "" : ` ${count(failed, "run")} not finished.`;
  return `${names.join("; ")}. ${count(runs, "run")}, seed ${seed}; each difference was looked at again with seed ${again}.${unfinished}`;
}

function summaryTable(matrix: Matrix): readonly string[] {
  const rows = matrix.clients.flatMap(({ client, upgrades }) =>
    upgrades.map((upgrade) => {
      const steps = stepsOf(matrix, client, upgrade);
      const cell = (...wanted: readonly Direction[]): string =>
        steps
          .filter(({ direction }) => wanted.includes(direction))
          .map(({ rule, changes }) => `${rule} (${changes.length})`)
          .join(", ");
      return row(
        `${client} ${upgrade.from} → ${upgrade.to}`,
        cell("worse"),
        cell("better"),
        cell("appeared", "gone", "seen", "unseen"),
        failedText(upgrade),
        withoutText(upgrade),
      );
    }),
  );
  if (rows.length === 0) return ["There is one version of each client, and nothing to compare."];
  return [
    row("upgrade", "worse", "better", "not comparable", "calls failed", "without a token"),
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
    "In brackets: in how many scenarios. Calls and times are of the scenarios that both versions played; a time is added up over scenarios. Not comparable: a rule had something to judge in one of the two only.",
  ];
}

function failedText({ before, after }: Upgrade): string {
  const [was, is] = [before, after].map(({ operations }) => operations.fail + operations.unknown);
  return was === is ? `${was}` : `${was} → ${is}`;
}

function withoutText({ before, after }: Upgrade): string {
  const [was, is] = [before, after].map(({ cost }) => roughly(cost.withoutTokenMs));
  return was === is ? `${was}` : `${was} → ${is}`;
}

/** Whole minutes are enough for a sum. */
function roughly(ms: number): string {
  return formatDuration(Math.round(ms / 60_000) * 60_000);
}

function impactText(upgrade: Upgrade): string {
  const { shared } = upgrade;
  return `calls failed ${failedText(upgrade)}, without a token ${withoutText(upgrade)}, in ${count(shared, "scenario")}`;
}

function upgradeSection(matrix: Matrix, client: string, upgrade: Upgrade): readonly string[] {
  const steps = stepsOf(matrix, client, upgrade);
  const impacts = impactLines(upgrade);
  const title = `## ${client} ${upgrade.from} → ${upgrade.to}`;
  if (steps.length === 0 && impacts.length === 0) return [title, "", "Nothing changed."];
  return [
    title,
    ...steps.flatMap((step) => ["", ...stepLines(step)]),
    ...(impacts.length === 0 ? [] : ["", "What people notice most:", "", ...impacts]),
  ];
}

function stepLines(step: RuleStep): readonly string[] {
  const { client, rule, direction, from, to, changes, own } = step;
  const [example] = changes;
  if (example === undefined) return [];
  const { word, says } = directions[direction];
  const { scenario, before, after } = example;
  const side = ({ version, message, journal }: typeof before): string =>
    `- ${version}: ${inline(message)} ([journal](${journal}))`;
  const others = scenariosOf(step).slice(1);
  return [
    `**${word}: ${rule}** ${says}, in ${changes.length === 1 ? scenario : `${count(changes.length, "scenario")}. In ${scenario}`}:`,
    "",
    side(before),
    side(after),
    ...(others.length === 0 ? [] : [`- So, too: ${others.join(", ")}.`]),
    ...(own === undefined
      ? [
          `- Which version did it: \`brownout bisect ${scenario} --rule ${rule} ${client}@${from}..${to}\``,
        ]
      : []),
  ];
}

const IMPACTS_SHOWN = 5;

function impactLines({ changes }: Upgrade): readonly string[] {
  const lost = ({ before, after }: ImpactChange): number =>
    Math.abs(after.felt.operations.fail - before.felt.operations.fail);
  return changes
    .toSorted((a, b) => lost(b) - lost(a))
    .slice(0, IMPACTS_SHOWN)
    .map(({ scenario, before, after }) => {
      const [was, is] = [before.felt, after.felt];
      const of = is.operations.ok + is.operations.fail + is.operations.unknown;
      const parts = [
        difference("calls failed", was.operations.fail, is.operations.fail, ` of ${of}`),
        difference("given up", was.operations.unknown, is.operations.unknown, ""),
        difference("sign-ins caused", was.cost.promptsCaused, is.cost.promptsCaused, ""),
        was.cost.withoutTokenMs === is.cost.withoutTokenMs
          ? ""
          : `without a token ${roughly(was.cost.withoutTokenMs)} → ${roughly(is.cost.withoutTokenMs)}`,
      ];
      return `- ${scenario}: ${parts.filter((part) => part !== "").join(", ")}`;
    });
}

function difference(what: string, was: number, is: number, end: string): string {
  return was === is ? "" : `${what} ${was} → ${is}${end}`;
}

function chanceSection({ steps, again }: Matrix): readonly string[] {
  const lines = steps.flatMap(({ client, rule, to, changes }) =>
    changes.filter(isChance).map(({ scenario }) => `- ${client} ${to}: ${rule} in ${scenario}`),
  );
  if (lines.length === 0) return [];
  return [
    "## Chance",
    "",
    `With seed ${again} these differ otherwise or not at all, so they are not counted:`,
    "",
    ...lines,
  ];
}

function leftOutSection({ clients }: Matrix): readonly string[] {
  const lines = clients.flatMap(({ client, versions }) =>
    versions.flatMap(({ version, skipped }) =>
      [...Map.groupBy(skipped, ({ why }) => why)].map(
        ([why, left]) =>
          `- ${client} ${version}, as ${why}: ${left.map(({ scenario }) => scenario).join(", ")}`,
      ),
    ),
  );
  return lines.length === 0 ? [] : ["## Left out", "", ...lines];
}

function failureSection({ clients }: Matrix): readonly string[] {
  const lines = clients.flatMap(({ versions }) =>
    versions.flatMap(({ failures }) =>
      failures.map(
        ({ scenario, client, message, hint }) =>
          `- ${client}, ${scenario}: ${inline(message)}${hint === undefined ? "" : ` ${inline(hint)}`}`,
      ),
    ),
  );
  return lines.length === 0
    ? []
    : ["## Not finished", "", "Nothing is said of these runs:", "", ...lines];
}
