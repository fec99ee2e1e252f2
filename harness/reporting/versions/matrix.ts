/**
 * `matrix.json`: versions of clients side by side, and what changed between them. Plain data
 * from which the text is made; nothing in it depends on the wall clock, nor on where the cache
 * folder is.
 */
import { sumOfCosts } from "../model/cost.ts";
import type { FailedRun } from "../model/results.ts";
import {
  type Direction,
  type FeltChange,
  feltChanges,
  type RuleChange,
  ruleChanges,
  type VersionRuns,
} from "./changes.ts";
import type { Felt, Played } from "./played.ts";

/** One version and what it played. */
export interface VersionPart {
  readonly client: string;
  readonly version: string;
  readonly played: readonly Played[];
  /** Scenarios that it cannot play, each with the reason. */
  readonly skipped: readonly { readonly scenario: string; readonly why: string }[];
  readonly failures: readonly FailedRun[];
}

/** One rule that changed from one version to a newer one, with all scenarios in which it did. */
export interface RuleStep {
  readonly client: string;
  readonly rule: string;
  /** The last version before, of those in the matrix. */
  readonly from: string;
  /** The first version, of those in the matrix, in which it is so. */
  readonly to: string;
  readonly direction: Direction;
  readonly changes: readonly SteppedChange[];
}

export interface SteppedChange extends Omit<RuleChange, "rule" | "direction"> {
  /** Whether it was so with another seed, too; absent where it was not looked at again. */
  readonly repeats?: boolean;
}

/** A difference that was not there, or another, with the other seed. */
export function isChance({ repeats }: SteppedChange): boolean {
  return repeats === false;
}

/** A version and the one before it, by what people felt in the scenarios that both played. */
export interface Upgrade {
  readonly from: string;
  readonly to: string;
  /** How many scenarios both played. */
  readonly shared: number;
  readonly before: Felt;
  readonly after: Felt;
  readonly changes: readonly FeltChange[];
}

export interface Matrix {
  readonly schema: "brownout/matrix/1";
  readonly brownout: string;
  readonly seed: string;
  /** The seed with which the differences were looked at again. */
  readonly again: string;
  readonly clients: readonly {
    readonly client: string;
    /** Oldest first. */
    readonly versions: readonly {
      readonly version: string;
      readonly totals: Readonly<Record<"runs" | "pass" | "fail" | "inconclusive", number>>;
      readonly skipped: VersionPart["skipped"];
      readonly failures: readonly FailedRun[];
    }[];
    readonly upgrades: readonly Upgrade[];
  }[];
  readonly steps: readonly RuleStep[];
}

/** Compares versions; `parts` are oldest first within a client, `again` is what was played with the other seed. */
export function buildMatrix(
  parts: readonly VersionPart[],
  again: readonly VersionPart[],
  session: Pick<Matrix, "brownout" | "seed" | "again">,
): Matrix {
  const { brownout, seed, again: otherSeed } = session;
  const byClient = [...Map.groupBy(parts, ({ client }) => client)];
  return {
    schema: "brownout/matrix/1",
    brownout,
    seed,
    again: otherSeed,
    clients: byClient.map(([client, versions]) => ({
      client,
      versions: versions.map(({ version, played, skipped, failures }) => ({
        version,
        totals: totalsOf(played),
        skipped,
        failures: [...failures, ...failuresOf(again, client, version)],
      })),
      upgrades: upgradesOf(versions),
    })),
    steps: byClient.flatMap(([client, versions]) =>
      stepsOf(
        client,
        ruleChanges(versions.map(runsOf)),
        again.filter((part) => part.client === client),
      ),
    ),
  };
}

/** The text of `matrix.json`. */
export function writeMatrix(matrix: Matrix): string {
  return `${JSON.stringify(matrix, null, 2)}\n`;
}

/** What has to be played again: of each difference in what rules said, both sides. */
export function toPlayAgain(parts: readonly VersionPart[]): ReadonlySet<Played> {
  const again = new Set<Played>();
  for (const versions of Map.groupBy(parts, ({ client }) => client).values()) {
    for (const { scenario, before, after } of ruleChanges(versions.map(runsOf))) {
      for (const { version } of [before, after]) {
        const part = versions.find((candidate) => candidate.version === version);
        const run = part?.played.find((played) => played.scenario === scenario);
        if (run !== undefined) again.add(run);
      }
    }
  }
  return again;
}

function runsOf({ version, played }: VersionPart): VersionRuns {
  return { version, played: new Map(played.map((run) => [run.scenario, run])) };
}

function stepsOf(
  client: string,
  changes: readonly RuleChange[],
  again: readonly VersionPart[],
): readonly RuleStep[] {
  const groups = Map.groupBy(changes, ({ rule, direction, before, after }) =>
    [after.version, rule, direction, before.version].join(" "),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { rule, direction, before, after } = first;
    return [
      {
        client,
        rule,
        from: before.version,
        to: after.version,
        direction,
        changes: group.map((change) => ({
          scenario: change.scenario,
          before: change.before,
          after: change.after,
          ...repeated(change, again),
        })),
      },
    ];
  });
}

function repeated(change: RuleChange, again: readonly VersionPart[]): { repeats?: boolean } {
  const said = [change.before, change.after].map(({ version }) =>
    again
      .find((part) => part.version === version)
      ?.played.find(({ scenario }) => scenario === change.scenario)
      ?.said.find(({ rule }) => rule === change.rule),
  );
  const [before, after] = said;
  if (before === undefined || after === undefined) return {};
  return {
    repeats: before.verdict === change.before.verdict && after.verdict === change.after.verdict,
  };
}

function upgradesOf(versions: readonly VersionPart[]): readonly Upgrade[] {
  return versions.slice(1).flatMap((newer, index) => {
    const older = versions[index];
    if (older === undefined) return [];
    const pair = [older, newer].map(runsOf);
    const [was, is] = pair.map(({ played }) => played);
    const shared = older.played.filter(({ scenario }) => is?.has(scenario) === true);
    const sum = (runs: VersionRuns["played"] | undefined): Felt =>
      sumFelt(shared.flatMap(({ scenario }) => runs?.get(scenario)?.felt ?? []));
    return [
      {
        from: older.version,
        to: newer.version,
        shared: shared.length,
        before: sum(was),
        after: sum(is),
        changes: feltChanges(pair),
      },
    ];
  });
}

function sumFelt(all: readonly Felt[]): Felt {
  const sum = (figure: (felt: Felt) => number): number =>
    all.reduce((total, felt) => total + figure(felt), 0);
  return {
    operations: {
      ok: sum(({ operations }) => operations.ok),
      fail: sum(({ operations }) => operations.fail),
      unknown: sum(({ operations }) => operations.unknown),
    },
    cost: sumOfCosts(all.map(({ cost }) => cost)),
  };
}

function failuresOf(
  parts: readonly VersionPart[],
  client: string,
  version: string,
): readonly FailedRun[] {
  return parts
    .filter((part) => part.client === client && part.version === version)
    .flatMap(({ failures }) => failures);
}

function totalsOf(played: readonly Played[]) {
  const count = (verdict: string): number =>
    played.filter(({ result }) => result.verdict === verdict).length;
  return {
    runs: played.length,
    pass: count("pass"),
    fail: count("fail"),
    inconclusive: count("inconclusive"),
  };
}
