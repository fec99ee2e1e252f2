/** Which of the signing keys signs now, and which are still published. */
import type { Clock } from "../../core/time/clock.ts";
import { HarnessError } from "../../core/errors.ts";
import type { StateStore } from "../../core/state-store.ts";
import { loadSigningKey, SIGNING_KEY_COUNT, type SigningKey } from "./signing-keys.ts";

export interface KeyRotation {
  /** The key that signs now. */
  signingKey(): SigningKey;
  /** The published key set, the signing key first. */
  publishedKeys(): readonly SigningKey[];
  /** Signs with the next key; the old one stays published for `overlapMs`. */
  rotateKeys(overlapMs: number): void;
}

/** The keys as `state` has left them; at first, none is retired. */
export function createKeyRotation(clock: Clock, state: StateStore): KeyRotation {
  // The number of each key that signs no more, and until when it is published.
  const retired = state.map<number>("retired keys");
  return {
    signingKey: () => loadSigningKey(retired.size),
    publishedKeys: () => [
      loadSigningKey(retired.size),
      ...[...retired]
        .filter(([, untilMs]) => clock.now() < untilMs)
        .map(([number]) => loadSigningKey(Number(number))),
    ],
    rotateKeys(overlapMs) {
      if (retired.size + 1 >= SIGNING_KEY_COUNT) {
        throw new HarnessError(
          "bad-scenario",
          `the script rotates the signing keys more than ${SIGNING_KEY_COUNT - 1} times`,
          {
            hint: "The fixture keys are used up; rotate less often.",
          },
        );
      }
      retired.set(`${retired.size}`, clock.now() + overlapMs);
    },
  };
}
