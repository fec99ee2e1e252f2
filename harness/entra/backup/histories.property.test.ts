/** Property: in random histories the backup serves exactly whom the rules allow. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Action, names, type Observed, play } from "../../../test/support/backup-histories.ts";

const HOUR_MS = 3_600_000;
const number = fc.nat(20);
const user = fc.nat(names.users.length - 1);
const tenant = fc.nat(names.tenants.length - 1);
const page = fc.nat(names.pages.length - 1);

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant("pass" as const),
      ms: fc.constantFrom(60_000, HOUR_MS, 24 * HOUR_MS, 36 * HOUR_MS, 72 * HOUR_MS),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant("sign-in" as const), user, mail: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant("renew" as const), token: number, tenant }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant("revoke" as const),
      user,
      how: fc.constantFrom("revoke", "disable", "mfa"),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constant("ask" as const),
      token: fc.oneof({ weight: 8, arbitrary: number }, fc.constantFrom("made-up", "none")),
      app: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(3)),
      tenant: fc.oneof({ weight: 3, arbitrary: fc.constant("common" as const) }, tenant),
      mail: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant("browse" as const), user, page }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant("return" as const),
      cookie: fc.oneof({ weight: 5, arbitrary: number }, fc.constant("none" as const)),
      page,
    }),
  },
);

describe("random histories", () => {
  it("never bring a token outside the window, across tenants, after a revocation, for another app or without the device's own secret", async () => {
    const all: Observed[] = [];
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { minLength: 8, maxLength: 40, size: "max" }),
        async (actions) => {
          const observed = await play(actions);
          all.push(...observed);
          for (const { served, expected } of observed) expect(served).toBe(expected);
        },
      ),
      { seed: 20_261_121, numRuns: 300 },
    );
    // A property that never saw both sides has shown nothing.
    for (const does of ["ask", "return"] as const) {
      const ofKind = all.filter((one) => one.action.does === does);
      const served = ofKind.filter((one) => one.served !== "-").length;
      expect(served).toBeGreaterThan(20);
      expect(ofKind.length - served).toBeGreaterThan(100);
    }
  }, 60_000);
});
