/** The outages of what stands beside the token service when people sign in, by name. */
import type { FaultWindow } from "./plan.ts";
import { placed, type WindowOptions } from "./preset-options.ts";

/**
 * The service of the second factor fails, as on 2018-11-19, 2019-10-18 and 2025-01-13: a password is
 * still accepted, and the second step of a sign-in answers 503 with a page, or nothing for `hangMs`.
 * It also takes the registration of a method. Calls without a person go on.
 *
 * @example
 * const faults = [secondFactorDown({ from: hours(1), for: hours(4), hangMs: minutes(1) })];
 */
export function secondFactorDown(
  options: WindowOptions & { readonly hangMs?: number },
): FaultWindow {
  const { hangMs } = options;
  return {
    ...placed("second-factor-down", options),
    at: "second-factor",
    on: ["authorize"],
    effect:
      hangMs === undefined
        ? {
            kind: "server-error",
            status: 503,
            body: { form: "html", title: "Service Unavailable" },
          }
        : { kind: "hang", forMs: hangMs },
  };
}

/**
 * Replicas of the key set disagree about a key that has just been added: a share of the reads, half
 * by default, lacks the signing key. Recorded in 2024: a key came and went over 20 times in 42 hours,
 * and another for more than four days.
 *
 * @example
 * const faults = [keyReplicasDisagree({ from: hours(1), for: hours(42) })];
 */
export function keyReplicasDisagree(
  options: WindowOptions & { readonly share?: number },
): FaultWindow {
  const { share = 0.5 } = options;
  return {
    ...placed("key-replicas-disagree", options),
    at: "primary",
    on: ["keys"],
    chance: share,
    effect: { kind: "keys-withdrawn" },
  };
}
