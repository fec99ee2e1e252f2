/**
 * `matrix.json`: versions of clients side by side, and what changed between them. Plain data
 * from which the texts are made; it depends neither on the wall clock nor on where the cache
 * folder is.
 */
import { sumOfCosts } from "../model/cost.ts";
import type { FailedRun } from "../model/results.ts";
import {
  type Direction,
  type ImpactChange,
  impactChanges,
  type RuleChange,
  ruleChanges,
  type ResultsByScenario,
} from "./version-changes.ts";
import { kindsOfVersions, type VersionKind } from "./version-kinds.ts";
import type { UserImpact, VersionResult } from "./version-result.ts";

/** One version of a client with the results of its runs. */
export interface PlayedVersion {
  readonly client: string;
  readonly version: string;
  readonly results: readonly VersionResult[];
  /** Scenarios that it cannot play, each with the reason. */
  readonly skipped: readonly { readonly scenario: string; readonly why: string }[];
  readonly failures: readonly FailedRun[];
  /** It is no version of the client, but a client of the user's own beside it, by name and version. */
  readonly own?: true;
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
  /** As in `PlayedVersion`, of `to`. */
  readonly own?: true;
}

/** A change of a verdict in one scenario. */
export interface SteppedChange extends Omit<RuleChange, "rule" | "direction"> {
  /** Whether it was so with the other seed, too; absent where it was not played again. */
  readonly repeats?: boolean;
}

/** Whether a difference was not there, or was another, with the other seed. */
export function isChance({ repeats }: SteppedChange): boolean {
  return repeats === false;
}

/** A version and the one before it, by what people noticed in the scenarios that both played. */
export interface Upgrade {
  readonly from: string;
  readonly to: string;
  /** How many scenarios both played. */
  readonly shared: number;
  readonly before: UserImpact;
  readonly after: UserImpact;
  readonly changes: readonly ImpactChange[];
}

/** The contents of `matrix.json`. */
export interface Matrix {
  readonly schema: "brownout/matrix/1";
  readonly brownout: string;
  readonly seed: string;
  /** The seed with which the differences were played again. */
  readonly again: string;
  readonly clients: readonly {
    readonly client: string;
    /** Oldest first. */
    readonly versions: readonly {
      readonly version: string;
      /** As in `PlayedVersion`. */
      readonly own?: true;
      readonly totals: Readonly<Record<"runs" | "pass" | "fail" | "inconclusive", number>>;
      readonly skipped: PlayedVersion["skipped"];
      readonly failures: readonly FailedRun[];
    }[];
    readonly upgrades: readonly Upgrade[];
  }[];
  readonly steps: readonly RuleStep[];
  /** The kinds of failure that were seen, each with the versions that show it. */
  readonly kinds: readonly VersionKind[];
}

/** Compares versions; `parts` are oldest first within a client, `again` is what was played with the other seed. */
export function buildMatrix(
  parts: readonly PlayedVersion[],
  again: readonly PlayedVersion[],
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
      versions: versions.map(({ version, results, skipped, failures, own }) => ({
        version,
        ...(own === undefined ? {} : { own }),
        totals: totalsOf(results),
        skipped,
        failures: [...failures, ...failuresOf(again, client, version)],
      })),
      upgrades: upgradesOf(versions),
    })),
    steps: byClient.flatMap(([client, versions]) =>
      stepsOf(
        versions,
        ruleChanges(versions.map(resultsOf)),
        again.filter((part) => part.client === client),
      ),
    ),
    kinds: byClient.flatMap(([client, versions]) => kindsOfVersions(client, versions)),
  };
}

/** The text of `matrix.json`. */
export function writeMatrix(matrix: Matrix): string {
  return `${JSON.stringify(matrix, null, 2)}\n`;
}

/** The results to play again with another seed: both sides of each difference in the verdicts of rules. */
export function toPlayAgain(parts: readonly PlayedVersion[]): ReadonlySet<VersionResult> {
  const again = new Set<VersionResult>();
  for (const versions of Map.groupBy(parts, ({ client }) => client).values()) {
    for (const { scenario, before, after } of ruleChanges(versions.map(resultsOf))) {
      for (const { version } of [before, after]) {
        const part = versions.find((candidate) => candidate.version === version);
        const run = part?.results.find((result) => result.scenario === scenario);
        if (run !== undefined) again.add(run);
      }
    }
  }
  return again;
}

function resultsOf({ version, results }: PlayedVersion): ResultsByScenario {
  return { version, results: new Map(results.map((result) => [result.scenario, result])) };
}

function stepsOf(
  versions: readonly PlayedVersion[],
  changes: readonly RuleChange[],
  again: readonly PlayedVersion[],
): readonly RuleStep[] {
  const groups = Map.groupBy(changes, ({ rule, direction, before, after }) =>
    [after.version, rule, direction, before.version].join(" "),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { rule, direction, before, after } = first;
    const { client = "", own } = versions.find(({ version }) => version === after.version) ?? {};
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
        ...(own === undefined ? {} : { own }),
      },
    ];
  });
}

function repeated(change: RuleChange, again: readonly PlayedVersion[]): { repeats?: boolean } {
  const verdicts = [change.before, change.after].map(({ version }) =>
    again
      .find((part) => part.version === version)
      ?.results.find(({ scenario }) => scenario === change.scenario)
      ?.verdicts.find(({ rule }) => rule === change.rule),
  );
  const [before, after] = verdicts;
  if (before === undefined || after === undefined) return {};
  return {
    repeats: before.verdict === change.before.verdict && after.verdict === change.after.verdict,
  };
}

function upgradesOf(versions: readonly PlayedVersion[]): readonly Upgrade[] {
  return versions.slice(1).flatMap((newer, index) => {
    const older = versions[index];
    if (older === undefined) return [];
    const pair = [older, newer].map(resultsOf);
    const [was, is] = pair.map(({ results }) => results);
    const shared = older.results.filter(({ scenario }) => is?.has(scenario) === true);
    const sum = (results: ResultsByScenario["results"] | undefined): UserImpact =>
      sumOfImpacts(shared.flatMap(({ scenario }) => results?.get(scenario)?.felt ?? []));
    return [
      {
        from: older.version,
        to: newer.version,
        shared: shared.length,
        before: sum(was),
        after: sum(is),
        changes: impactChanges(pair),
      },
    ];
  });
}

function sumOfImpacts(all: readonly UserImpact[]): UserImpact {
  const sum = (figure: (felt: UserImpact) => number): number =>
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
  parts: readonly PlayedVersion[],
  client: string,
  version: string,
): readonly FailedRun[] {
  return parts
    .filter((part) => part.client === client && part.version === version)
    .flatMap(({ failures }) => failures);
}

function totalsOf(results: readonly VersionResult[]) {
  const count = (verdict: string): number =>
    results.filter(({ result }) => result.verdict === verdict).length;
  return {
    runs: results.length,
    pass: count("pass"),
    fail: count("fail"),
    inconclusive: count("inconclusive"),
  };
}
