/**
 * How available sign-in was in outages: for each run the share of the outage in which anyone who
 * wanted a token had one; for each client the mean over families of outages, so that a family
 * with many scenarios does not outweigh one with few. It depends on the runs alone, so the same
 * scenarios with the same seed give the same score each night.
 */
import type { History } from "../../history/event.ts";
import { type FaultSpan, faultSpansOf, outageSpansOf } from "../../rules/model/fault-windows.ts";
import { endOf } from "../../rules/model/exchanges.ts";
import { stretchesWithoutToken, unionMs } from "../../rules/model/without-token.ts";

/** How available sign-in was in one run. */
export interface Availability {
  /** What kind of outage it was, such as `server errors`. */
  readonly family: OutageFamily;
  /** From 0 to 1, of the time in which a fault window was open. */
  readonly share: number;
}

/** The score of a client. */
export interface Score {
  readonly client: string;
  /** From 0 to 100, the mean of its parts, with one decimal. */
  readonly score: number;
  readonly parts: readonly {
    readonly family: OutageFamily;
    readonly score: number;
    /** How many runs it is the mean of. */
    readonly runs: number;
    /** The scenario with the lowest share. */
    readonly lowest: string;
  }[];
}

const families = [
  "throttling",
  "server errors",
  "network",
  "slow answers",
  "wrong answers",
  "second factor",
  "backup",
  "protected APIs",
  "managed identity",
  "device and cache",
] as const;

/** A kind of outage. */
export type OutageFamily = (typeof families)[number];

/** The availability in a run; undefined when no fault window was open, or no one called. */
export function availabilityOf(history: History): Availability | undefined {
  const outageMs = unionMs(outageSpansOf(history));
  const [longest] = faultSpansOf(history).toSorted(
    (a, b) => lengthOf(b, history) - lengthOf(a, history),
  );
  const isCalled = history.events.some(({ kind }) => kind === "operation-completed");
  if (outageMs === 0 || longest === undefined || !isCalled) return undefined;
  const withoutMs = unionMs(stretchesWithoutToken(history));
  const share = Math.max(0, 1 - withoutMs / outageMs);
  return { family: familyOf(longest.window), share: Math.round(share * 10_000) / 10_000 };
}

/** What of a run's result makes the score. */
interface ScoredRun {
  readonly scenario: string;
  readonly client: { readonly name: string };
  readonly availability?: Availability;
}

/** The score of each client, in the order in which the clients ran. */
export function scoresOf(runs: readonly ScoredRun[]): readonly Score[] {
  const byClient = Map.groupBy(
    runs.filter(({ availability }) => availability !== undefined),
    ({ client }) => client.name,
  );
  return [...byClient].map(([client, own]) => {
    const parts = families.flatMap((family) => {
      const theirs = own.filter(({ availability }) => availability?.family === family);
      const [lowest] = theirs.toSorted((a, b) => shareOf(a) - shareOf(b));
      if (lowest === undefined) return [];
      const score = mean(theirs.map(shareOf)) * 100;
      return [{ family, score: rounded(score), runs: theirs.length, lowest: lowest.scenario }];
    });
    return { client, score: rounded(mean(parts.map(({ score }) => score))), parts };
  });
}

/** A score in a sentence, its parts from the lowest on. */
export function scoreText({ client, score, parts }: Score): string {
  const all = parts
    .toSorted((a, b) => a.score - b.score)
    .map((part) => `${part.family} ${part.score} (lowest in ${part.lowest})`);
  return `${client}: sign-in was available for ${score} % of the outages: ${all.join(", ")}.`;
}

function shareOf({ availability }: ScoredRun): number {
  return availability?.share ?? 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(score: number): number {
  return Math.round(score * 10) / 10;
}

function lengthOf({ beganAt, endedAt }: FaultSpan, history: History): number {
  return (endedAt ?? endOf(history)) - beganAt;
}

function familyOf({ at, effect }: FaultSpan["window"]): OutageFamily {
  switch (at) {
    case "backup":
      return "backup";
    case "resource":
      return "protected APIs";
    case "machine":
      return "managed identity";
    case "device":
    case "cache-store":
      return "device and cache";
    case "second-factor":
      return "second factor";
    case "edge":
    case "primary":
    case "dns":
      return byEffect[effect.kind];
  }
}

const byEffect: Readonly<Record<FaultSpan["window"]["effect"]["kind"], OutageFamily>> = {
  throttle: "throttling",
  capacity: "throttling",
  "server-error": "server errors",
  updating: "server errors",
  respond: "wrong answers",
  latency: "slow answers",
  hang: "slow answers",
  "slow-body": "slow answers",
  "stalled-body": "slow answers",
  "truncated-body": "network",
  "cut-body": "network",
  refused: "network",
  reset: "network",
  "answer-lost": "network",
  "dns-failure": "network",
  offline: "network",
  "connect-timeout": "network",
  "tls-failure": "network",
  "clock-shift": "device and cache",
  "store-failure": "device and cache",
  "store-latency": "device and cache",
  "store-full": "device and cache",
  "wrong-content-type": "wrong answers",
  "empty-success": "wrong answers",
  "keys-withdrawn": "wrong answers",
};
