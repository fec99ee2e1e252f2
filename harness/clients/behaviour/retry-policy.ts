/** When an application calls its client again after a failed call. */
import { HarnessError, suggestNames } from "../../core/errors.ts";
import { minutes, seconds } from "../../core/time/duration.ts";
import { parseDuration } from "../../core/time/parse-duration.ts";

/** How pauses are spread by chance: over all of their length, over its upper half, or from the first pause to three times the last one. */
export type Jitter = "none" | "equal" | "full" | "decorrelated";

/** The pauses of an application after failed calls, ms. */
export type RetryPolicy =
  | { readonly kind: "every"; readonly everyMs: number }
  | {
      readonly kind: "doubling";
      readonly firstMs: number;
      readonly mostMs: number;
      readonly jitter: Jitter;
    };

/** A policy with the name by which it is chosen and shown. */
export interface NamedPolicy {
  readonly name: string;
  readonly policy: RetryPolicy;
}

const doubling = { kind: "doubling", firstMs: seconds(5), mostMs: minutes(5) } as const;

/** The policies that have names of their own; others are written as `every:30s`. */
export const namedPolicies: ReadonlyMap<string, RetryPolicy> = new Map<string, RetryPolicy>([
  ["every:10s", { kind: "every", everyMs: seconds(10) }],
  ["doubling", { ...doubling, jitter: "none" }],
  ["doubling-equal-jitter", { ...doubling, jitter: "equal" }],
  ["doubling-full-jitter", { ...doubling, jitter: "full" }],
  ["doubling-decorrelated", { ...doubling, jitter: "decorrelated" }],
]);

/**
 * A policy by its name, or `every:` and a duration; throws `bad-usage` for another text.
 *
 * @example
 * retryPolicyOf("every:30s"); // { name: "every:30s", policy: { kind: "every", everyMs: 30_000 } }
 */
export function retryPolicyOf(text: string): NamedPolicy {
  const known = namedPolicies.get(text);
  if (known !== undefined) return { name: text, policy: known };
  const [, every] = /^every:(.+)$/.exec(text) ?? [];
  if (every !== undefined) {
    const everyMs = parseDuration(every, "--policy");
    if (everyMs > 0) return { name: text, policy: { kind: "every", everyMs } };
  }
  const names = [...namedPolicies.keys()];
  throw new HarnessError("bad-usage", `there is no retry policy "${text}"`, {
    place: "--policy",
    hint: suggestNames(text, names, `There are ${names.join(", ")}, and every:DURATION.`),
  });
}

/**
 * How long the application waits after its `failed`-th failed call in a row (from 1), ms. `draw` gives
 * a number from 0 up to 1; only policies with jitter call it. `lastMs` is the pause before, 0 at first.
 */
export function pauseAfter(
  policy: RetryPolicy,
  { failed, lastMs, draw }: { failed: number; lastMs: number; draw: () => number },
): number {
  if (policy.kind === "every") return policy.everyMs;
  const { firstMs, mostMs, jitter } = policy;
  const wholeMs = Math.min(mostMs, firstMs * 2 ** Math.min(failed - 1, 40));
  if (jitter === "none") return wholeMs;
  if (jitter === "full") return draw() * wholeMs;
  if (jitter === "equal") return wholeMs / 2 + (draw() * wholeMs) / 2;
  const widestMs = Math.max(firstMs, lastMs * 3);
  return Math.min(mostMs, firstMs + draw() * (widestMs - firstMs));
}
