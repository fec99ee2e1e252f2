import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HarnessError } from "../core/errors.ts";
import { type Endpoint, namesGrant, namesTenant } from "../entra/request/endpoint.ts";
import { isOfDevice } from "./check-device.ts";
import { isConnectionEffect, traitsOf } from "./effect-traits.ts";
import { faultsOf } from "./layer.ts";
import type { FaultEffect, FaultEffectKind, FaultPlan, FaultSlice, FaultWindow } from "./plan.ts";
import { siteTraits } from "./site-traits.ts";
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

// One seed, so that a failure in CI can be reproduced anywhere.
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
/** With the field `cors` or without it. */
const withCors = <Found extends object>(found: fc.Arbitrary<Found>) =>
  fc.tuple(found, cors).map(([one, word]) => (word === undefined ? one : { ...one, cors: word }));

const always = <Found>(found: Found) => fc.constant(found);

/** A generator for each kind: the compiler misses a new one. */
const effects = {
  throttle: withCors(
    fc.record({
      kind: always("throttle" as const),
      status: fc.constantFrom(429 as const, 503 as const),
      retryAfter,
      body,
    }),
  ),
  "server-error": withCors(
    fc.record({
      kind: always("server-error" as const),
      status: fc.constantFrom(500 as const, 502 as const, 504 as const),
      retryAfter,
      body,
    }),
  ),
  respond: withCors(
    fc.record({
      kind: always("respond" as const),
      status: fc.constantFrom(200, 302, 400, 401, 404, 418, 599),
      headers: fc.dictionary(
        fc.constantFrom("X-Cache", "location", "WWW-Authenticate", "content-type"),
        printable,
      ),
      retryAfter,
      body,
    }),
  ),
  updating: fc.record({
    kind: always("updating" as const),
    status: fc.constantFrom(404 as const, 410 as const),
    body,
  }),
  capacity: fc.record({
    kind: always("capacity" as const),
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
  latency: fc.record({
    kind: always("latency" as const),
    delay: fc.oneof(wait, fc.record({ min: fc.nat(10), max: fc.integer({ min: 10, max: 99 }) })),
  }),
  hang: fc.record({ kind: always("hang" as const), forMs: wait }),
  "slow-body": fc.record({
    kind: always("slow-body" as const),
    chunkBytes: fc.integer({ min: 1, max: 9 }),
    everyMs: wait,
  }),
  "stalled-body": fc.record({ kind: always("stalled-body" as const), bytes, forMs: wait }),
  "truncated-body": fc.record({ kind: always("truncated-body" as const), bytes }),
  "cut-body": fc.record({
    kind: always("cut-body" as const),
    bytes,
    by: fc.constantFrom("fin" as const, "reset" as const),
  }),
  refused: always({ kind: "refused" }),
  reset: always({ kind: "reset" }),
  "answer-lost": fc.record({
    kind: always("answer-lost" as const),
    by: fc.constantFrom("reset" as const, "hang" as const),
    forMs: wait,
  }),
  "dns-failure": always({ kind: "dns-failure" }),
  offline: always({ kind: "offline" }),
  "clock-shift": fc.record({
    kind: always("clock-shift" as const),
    byMs: fc.integer({ min: -100_000, max: 100_000 }).filter((byMs) => byMs !== 0),
  }),
  "store-failure": fc.record({
    kind: always("store-failure" as const),
    access: fc.constantFrom("read" as const, "write" as const, "both" as const),
  }),
  "store-latency": fc.record({ kind: always("store-latency" as const), delay: wait }),
  "store-full": always({ kind: "store-full" }),
  "connect-timeout": always({ kind: "connect-timeout" }),
  "tls-failure": always({ kind: "tls-failure" }),
  "wrong-content-type": fc.record({
    kind: always("wrong-content-type" as const),
    contentType: printable,
  }),
  "empty-success": always({ kind: "empty-success" }),
  "keys-withdrawn": always({ kind: "keys-withdrawn" }),
} satisfies {
  [Kind in FaultEffectKind]: fc.Arbitrary<Extract<FaultEffect, { readonly kind: Kind }>>;
};

const effect: fc.Arbitrary<FaultEffect> = fc.oneof(...Object.values(effects));

const placeSlice = fc.record(
  {
    tenant: fc.constantFrom(TENANT, "common"),
    host: fc.constantFrom(HOST, ["elsewhere", HOST]),
    grant: fc.constantFrom("client_credentials", "password"),
  },
  { requiredKeys: [] },
);

/** A window that is valid by construction: site, endpoints and slice are drawn from what the effect allows. */
const window: fc.Arbitrary<Omit<FaultWindow, "id">> = effect.chain((drawn) => {
  const { sites, endpoints: only } = traitsOf(drawn);
  return fc.constantFrom(...sites).chain((at) => {
    const passing = only === "any" ? siteTraits[at].endpoints : only;
    const some = fc.subarray([...passing], { minLength: Math.min(1, passing.length) });
    return fc
      .record(
        {
          at: always(at),
          on: only === "any" ? fc.oneof(always("all" as const), some) : some,
          where: placeSlice,
          from: fc.nat(2_000),
          for: fc.nat(100_000),
          chance: fc.double({ min: 0, max: 1, noNaN: true }),
          first: fc.nat(5),
          after: fc.nat(2),
          ramp: fc.record({ from: fc.constantFrom(0, 1), to: fc.constantFrom(0, 0.5, 1) }),
          preflights: fc.constantFrom("pass" as const, "take" as const, "only" as const),
          effect: always(drawn),
        },
        { requiredKeys: ["at", "on", "from", "for", "effect"] },
      )
      .map(withFittingFields);
  });
});

/** Without the fields that could change nothing in this window. */
function withFittingFields(drawn: Omit<FaultWindow, "id">): Omit<FaultWindow, "id"> {
  if (isOfDevice(drawn.at)) {
    const { at, from, for: forMs, effect: onDevice } = drawn;
    return { at, on: "all", from, for: forMs, effect: onDevice };
  }
  const { preflights, where: _, ...rest } = drawn;
  const { at, on, effect: found } = rest;
  const isNavigated =
    on !== "all" && on.every((name) => ["authorize", "logout", "saml"].includes(name));
  const hasPages = at !== "machine";
  const effect = hasPages && !isNavigated ? found : withoutCors(found);
  const asksFirst =
    preflights !== undefined &&
    hasPages &&
    (preflights === "pass" || traitsOf(found).acts !== "on-response") &&
    !isConnectionEffect(found);
  const slice = fittingSlice(drawn, asksFirst && preflights === "only");
  return {
    ...rest,
    effect,
    ...(slice === undefined ? {} : { where: slice }),
    ...(asksFirst ? { preflights } : {}),
  };
}

function fittingSlice(
  { at, on, where, effect: found }: Omit<FaultWindow, "id">,
  isPreflightsOnly: boolean,
): FaultSlice | undefined {
  if (where === undefined) return undefined;
  const { tenant, grant, host } = where;
  const { unnamed } = siteTraits[at];
  const hasBody = !isConnectionEffect(found) && !isPreflightsOnly;
  const namesSome = (names: (endpoint: Endpoint) => boolean): boolean =>
    on === "all" || on.some(names);
  return {
    ...(tenant === undefined || unnamed.includes("tenant") || !namesSome(namesTenant)
      ? {}
      : { tenant }),
    ...(grant === undefined || unnamed.includes("grant") || !namesSome(namesGrant) || !hasBody
      ? {}
      : { grant }),
    ...(host === undefined || at === "machine" ? {} : { host }),
  };
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

/** The ends of one request a second, with the windows that took it. */
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
    // Throws on anything but a NetworkFault.
    const connection = await endOf(service.connect(request));
    const end = connection === "connected" ? await endOf(service.handle(request)) : connection;
    lines.push(`${clock.elapsed()} ${end} ${faultsOf(request).join(",")}`);
  }
  return lines;
}

/** `accepted`, or the code of the refusal. Any other error is thrown on. */
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
  it("is accepted, also after it was written to JSON and read again", () => {
    fc.assert(
      fc.property(plan, (faults) => {
        expect(checkFaultPlan(faults)).toBe(faults);
        expect(() => checkFaultPlan(JSON.parse(JSON.stringify(faults)))).not.toThrow();
      }),
      { numRuns: 200 },
    );
  });

  it("ends every request with a response or a network fault, the same each time", async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (faults) => {
        expect(await journalOf(faults)).toEqual(await journalOf(faults));
      }),
      { numRuns: 200 },
    );
  });

  it("is refused with a reason when any other value takes its place", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.jsonValue(), fc.anything())), (found) => {
        expect(verdictOn(found)).toBe(found.length === 0 ? "accepted" : "bad-fault-plan");
      }),
      { numRuns: 300 },
    );
  });
});
