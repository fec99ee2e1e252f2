import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HarnessError } from "../core/errors.ts";
import { endpoints } from "../entra/request/endpoint.ts";
import { isAnswer } from "./effects.ts";
import { faultsOf } from "./layer.ts";
import { type FaultEffect, type FaultPlan, type FaultWindow, isConnectionEffect } from "./plan.ts";
import {
  breakService,
  endOf,
  getRequest,
  HOST,
  preflight,
  TENANT,
  tokenRequest,
} from "../../test/support/fault.ts";
import { checkFaultPlan } from "./validate.ts";

// One seed: what CI finds, everybody finds.
fc.configureGlobal({ seed: 20_261_121 });

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const printable = fc.string({ minLength: 1, maxLength: 12 }).map((found) => `x${found}`);
const bytes = fc.nat(80);
const wait = fc.nat(100_000);

const retryAfter = fc.oneof(
  fc.record({ form: fc.constant("seconds" as const), seconds: fc.maxSafeNat() }),
  fc.record({ form: fc.constant("http-date" as const), seconds: fc.integer() }),
  fc.constant({ form: "absent" as const }),
  fc.constant({ form: "zero" as const }),
  fc.record({ form: fc.constant("garbage" as const), text: printable }),
);

const body = fc.oneof(
  fc.record({ form: fc.constant("aadsts" as const), code: fc.integer({ min: 1, max: 9_999_999 }) }),
  fc.record({ form: fc.constant("json" as const), value: fc.jsonValue() as fc.Arbitrary<unknown> }),
  fc.record({ form: fc.constant("text" as const), text }),
  fc.record({ form: fc.constant("html" as const), title: text }),
  fc.constant({ form: "empty" as const }),
);

const cors = fc.constantFrom("present" as const, "absent" as const, undefined);
/** A field that is there or not: a word that is undefined is none. */
const withCors = <Found extends object>(found: fc.Arbitrary<Found>) =>
  fc.tuple(found, cors).map(([one, word]) => (word === undefined ? one : { ...one, cors: word }));

const bare = [
  "refused",
  "reset",
  "dns-failure",
  "connect-timeout",
  "tls-failure",
  "empty-success",
  "keys-withdrawn",
] as const;

const effect: fc.Arbitrary<FaultEffect> = fc.oneof(
  {
    arbitrary: fc.constantFrom(...bare).map((kind): FaultEffect => ({ kind })),
    weight: bare.length,
  },
  withCors(
    fc.record({
      kind: fc.constant("throttle" as const),
      status: fc.constantFrom(429 as const, 503 as const),
      retryAfter,
      body,
    }),
  ),
  withCors(
    fc.record({
      kind: fc.constant("server-error" as const),
      status: fc.constantFrom(500 as const, 502 as const, 504 as const),
      retryAfter,
      body,
    }),
  ),
  fc.record({
    kind: fc.constant("updating" as const),
    status: fc.constantFrom(404 as const, 410 as const),
    body,
  }),
  fc.record({
    kind: fc.constant("capacity" as const),
    requests: fc.integer({ min: 1, max: 3 }),
    perMs: fc.integer({ min: 1, max: 5_000 }),
    collapsesTo: fc.constantFrom(0, 1),
    regrowsPerMinute: fc.double({ min: 0, max: 1, noNaN: true }),
    shed: withCors(
      fc.record({
        status: fc.constantFrom(429 as const, 500 as const, 503 as const),
        retryAfter,
        body,
      }),
    ),
  }),
  fc.record({ kind: fc.constant("latency" as const), delay: wait }),
  fc.record({
    kind: fc.constant("latency" as const),
    delay: fc.record({ min: fc.nat(10), max: fc.integer({ min: 10, max: 99 }) }),
  }),
  fc.record({ kind: fc.constant("hang" as const), forMs: wait }),
  fc.record({
    kind: fc.constant("slow-body" as const),
    chunkBytes: fc.integer({ min: 1, max: 9 }),
    everyMs: wait,
  }),
  fc.record({ kind: fc.constant("stalled-body" as const), bytes, forMs: wait }),
  fc.record({ kind: fc.constant("truncated-body" as const), bytes }),
  fc.record({
    kind: fc.constant("cut-body" as const),
    bytes,
    by: fc.constantFrom("fin" as const, "reset" as const),
  }),
  fc.record({ kind: fc.constant("wrong-content-type" as const), contentType: printable }),
);

/** A window that is valid by construction: what an effect rules out is mended, not thrown away. */
const window: fc.Arbitrary<Omit<FaultWindow, "id">> = fc
  .record(
    {
      at: fc.constantFrom("edge" as const, "primary" as const),
      on: fc.oneof(
        fc.constant("all" as const),
        fc.subarray(
          endpoints.filter(
            (name) => name !== "resource" && name !== "userinfo" && name !== "managed-identity",
          ),
          { minLength: 1 },
        ),
      ),
      where: fc.record(
        {
          tenant: fc.constantFrom(TENANT, "common"),
          host: fc.constantFrom(HOST, ["elsewhere", HOST]),
          grant: fc.constantFrom("client_credentials", "password"),
        },
        { requiredKeys: [] },
      ),
      from: fc.nat(2_000),
      for: fc.nat(100_000),
      chance: fc.double({ min: 0, max: 1, noNaN: true }),
      first: fc.nat(5),
      after: fc.nat(2),
      ramp: fc.record({ from: fc.constantFrom(0, 1), to: fc.constantFrom(0, 0.5, 1) }),
      preflights: fc.constantFrom("pass" as const, "take" as const, "only" as const),
      effect,
    },
    { requiredKeys: ["at", "on", "from", "for", "effect"] },
  )
  .map((drawn): Omit<FaultWindow, "id"> => {
    const found = withFittingWords(drawn);
    if (found.effect.kind === "keys-withdrawn") return { ...found, on: ["keys"] };
    if (found.effect.kind === "updating")
      return { ...found, at: "machine", on: ["managed-identity"], where: {} };
    if (!isConnectionEffect(found.effect)) return found;
    const { grant: _, ...where } = found.where ?? {};
    return { ...found, at: "edge", where };
  });

/** Without the words on pages where they could change nothing. */
function withFittingWords(drawn: Omit<FaultWindow, "id">): Omit<FaultWindow, "id"> {
  const { preflights, ...rest } = drawn;
  const { on, effect: drawnEffect, where = {} } = rest;
  const isSeenByPersons =
    on !== "all" && on.every((name) => ["authorize", "logout", "saml"].includes(name));
  const bare = isSeenByPersons ? withoutCors(drawnEffect) : drawnEffect;
  const canBeAsked = isAnswer(bare) && !isConnectionEffect(bare) && bare.kind !== "updating";
  if (preflights === undefined || !canBeAsked) return { ...rest, effect: bare };
  const { grant: _, ...place } = where;
  return { ...rest, effect: bare, where: preflights === "only" ? place : where, preflights };
}

function withoutCors(found: FaultEffect): FaultEffect {
  const text = JSON.stringify(found, (name, value: unknown) =>
    name === "cors" ? undefined : value,
  );
  return JSON.parse(text) as FaultEffect;
}

const plan: fc.Arbitrary<FaultPlan> = fc
  .array(window, { maxLength: 6 })
  .map((windows) => windows.map((found, index) => ({ id: `w${index}`, ...found })));

/** What a client meets that asks for something every second: its ends and the windows that took it. */
async function journalOf(faults: FaultPlan): Promise<string[]> {
  const { service, clock } = breakService(faults);
  const lines: string[] = [];
  for (let second = 0; second < 6; second += 1) {
    clock.jumpTo(second * 1_000);
    const request =
      second === 3
        ? preflight()
        : second % 2 === 0
          ? tokenRequest()
          : getRequest(`/${TENANT}/discovery/v2.0/keys`);
    // Throws on anything that is no NetworkFault.
    const connection = await endOf(service.connect(request));
    const end = connection === "connected" ? await endOf(service.handle(request)) : connection;
    lines.push(`${clock.elapsed()} ${end} ${faultsOf(request).join(",")}`);
  }
  return lines;
}

/** `accepted`, or the code of the refusal. Anything that is no refusal is thrown on. */
function verdictOn(found: unknown): string {
  try {
    checkFaultPlan(found);
    return "accepted";
  } catch (error) {
    if (error instanceof HarnessError) return error.code;
    throw error;
  }
}

describe("any valid plan", () => {
  it("is accepted, before and after a way through JSON", () => {
    fc.assert(
      fc.property(plan, (faults) => {
        expect(checkFaultPlan(faults)).toBe(faults);
        expect(() => checkFaultPlan(JSON.parse(JSON.stringify(faults)))).not.toThrow();
      }),
      { numRuns: 200 },
    );
  });

  it("ends every request with a response or a network fault, and twice in the same way", async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (faults) => {
        expect(await journalOf(faults)).toEqual(await journalOf(faults));
      }),
      { numRuns: 200 },
    );
  });

  it("is accepted or refused with a reason, whatever is put in its place", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.jsonValue(), fc.anything())), (found) => {
        expect(verdictOn(found)).toBe(found.length === 0 ? "accepted" : "bad-fault-plan");
      }),
      { numRuns: 300 },
    );
  });
});
