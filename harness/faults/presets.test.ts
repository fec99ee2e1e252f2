import { describe, expect, it } from "vitest";
import {
  answerLost,
  customAnswer,
  discoveryDown,
  hang,
  identityEndpointDown,
  identityEndpointThrottled,
  identityEndpointUpdating,
  keysWithdrawn,
  nameLookupDown,
  outage,
  overloadedOnReturn,
  partialOutage,
  throttled,
  tokenServerError,
  trafficRampedUp,
  unreachable,
} from "./presets.ts";
import type { FaultWindow } from "./plan.ts";
import {
  breakService,
  createHealthyService,
  endOf,
  getRequest,
  TENANT,
  tokenRequest,
} from "../../test/support/fault.ts";
import { checkFaultPlan } from "./validate.ts";

const time = { from: 0, for: 60_000 };

it("presets leave out what was not given, and keep what was", () => {
  const given = [
    hang({ ...time, hangMs: 5 }),
    answerLost({ ...time, hangMs: 5 }),
    customAnswer({
      ...time,
      on: ["token"],
      status: 418,
      headers: { "x-a": "b" },
      retryAfter: { form: "seconds", seconds: 5 },
      body: { form: "empty" },
      cors: "absent",
    }),
  ];
  expect(given.map(({ effect }) => effect)).toMatchObject([
    { kind: "hang", forMs: 5 },
    { kind: "answer-lost", by: "hang", forMs: 5 },
    { status: 418, headers: { "x-a": "b" }, retryAfter: { seconds: 5 }, cors: "absent" },
  ]);
  const bare = customAnswer({ ...time, on: ["token"], status: 418, body: { form: "empty" } });
  for (const window of [...presets, bare])
    expect(window).toStrictEqual(JSON.parse(JSON.stringify(window)));
});

it("presets of a machine's endpoint answer as it does", () => {
  const bodies = [
    identityEndpointUpdating(time),
    identityEndpointThrottled(time),
    identityEndpointDown(time),
  ].map(({ effect }) => ("body" in effect ? effect.body : undefined));
  expect(bodies).toMatchObject([
    { value: { error: "unavailable" } },
    { value: { error: "too_many_requests" } },
    { value: { error: "unknown" } },
  ]);
});
const presets: readonly FaultWindow[] = [
  outage(time),
  unreachable(time),
  nameLookupDown(time),
  tokenServerError(time),
  throttled(time),
  partialOutage({ ...time, share: 0.83 }),
  hang(time),
  discoveryDown(time),
  keysWithdrawn(time),
  identityEndpointUpdating(time),
  identityEndpointThrottled(time),
  identityEndpointDown(time),
  customAnswer({ ...time, status: 403 }),
  answerLost(time),
  overloadedOnReturn({ ...time, requests: 5 }),
  trafficRampedUp(time),
];

/** What a client gets under one preset when it asks for a token, metadata and keys. */
async function seen(window: FaultWindow): Promise<string[]> {
  const well = createHealthyService('{"keys":[1,2]}');
  const { service } = breakService([window], { service: well });
  const requests = [
    tokenRequest(),
    getRequest(`/${TENANT}/v2.0/.well-known/openid-configuration`),
    getRequest(`/${TENANT}/discovery/v2.0/keys`),
  ];
  const ends: string[] = [];
  for (const request of requests) {
    const connection = await endOf(service.connect(request));
    ends.push(connection === "connected" ? await endOf(service.handle(request)) : connection);
  }
  return ends;
}

describe("presets", () => {
  it("form one valid plan, because their ids differ", () => {
    expect(() => checkFaultPlan(presets)).not.toThrow();
  });

  it("are plain data", () => {
    expect(JSON.parse(JSON.stringify(presets))).toEqual(presets);
  });

  it("take the id, the times and the slice from their options", () => {
    const options = { id: "mine", from: 5, for: 7, where: { tenant: "t" } };
    expect(outage(options)).toMatchObject(options);
    expect(hang({ ...time, hangMs: 3 }).effect).toEqual({ kind: "hang", forMs: 3 });
    expect(partialOutage({ ...time, share: 0.0415, on: ["token"] })).toMatchObject({
      chance: 0.0415,
      on: ["token"],
    });
  });

  it.each<[FaultWindow, string[]]>([
    [outage(time), ["503", "503", "503"]],
    [unreachable(time), ["ECONNREFUSED", "ECONNREFUSED", "ECONNREFUSED"]],
    [nameLookupDown(time), ["ENOTFOUND", "ENOTFOUND", "ENOTFOUND"]],
    [tokenServerError(time), ["503", "200", "200"]],
    [throttled(time), ["429", "200", "200"]],
    [partialOutage({ ...time, share: 1 }), ["503", "200", "200"]],
    [partialOutage({ ...time, share: 0 }), ["200", "200", "200"]],
    [discoveryDown(time), ["200", "500", "200"]],
    [customAnswer({ ...time, status: 403 }), ["403", "200", "200"]],
    [answerLost(time), ["ECONNRESET", "200", "200"]],
    [keysWithdrawn(time), ["200", "200", "200"]],
    [overloadedOnReturn({ ...time, requests: 1 }), ["200", "200", "200"]],
    [trafficRampedUp(time), ["503", "503", "503"]],
  ])(
    "break what their name says: $id gives %j for token, metadata and keys",
    async (window, ends) => {
      expect(await seen(window)).toEqual(ends);
    },
  );

  it("answer with a text and Retry-After 60 when throttled", async () => {
    const { service } = breakService([throttled(time)]);
    const answer = await service.handle(tokenRequest());
    expect([answer.status, answer.headers.get("retry-after"), await answer.text()]).toEqual([
      429,
      "60",
      "Too Many Requests",
    ]);
  });

  it("hold the token request until the window ends during hang", async () => {
    const { service, clock } = breakService([hang(time)]);
    expect(await endOf(service.handle(tokenRequest()))).toBe("ECONNRESET");
    expect(clock.elapsed()).toBe(60_000);
  });

  it("remove the signing key and no other under keysWithdrawn", async () => {
    const { service } = breakService([keysWithdrawn(time)], {
      service: createHealthyService('{"keys":["signs","retired"]}'),
    });
    const answer = await service.handle(getRequest(`/${TENANT}/discovery/v2.0/keys`));
    expect(await answer.text()).toBe('{"keys":["retired"]}');
  });
});

describe("customAnswer", () => {
  it("answers with status, headers, Retry-After and body as given", async () => {
    const { service } = breakService([
      customAnswer({
        ...time,
        at: "edge",
        status: 404,
        headers: { "x-proxy": "captive" },
        retryAfter: { form: "seconds", seconds: 7 },
        body: { form: "json", value: {} },
      }),
    ]);
    const { status, headers, ...response } = await answerOf(service.handle(tokenRequest()));
    expect({ status, text: response.text }).toEqual({ status: 404, text: "{}" });
    expect([headers.get("x-proxy"), headers.get("retry-after")]).toEqual(["captive", "7"]);
  });
});

async function answerOf(
  call: Promise<Response>,
): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }> {
  const response = await call;
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe("overloadedOnReturn", () => {
  it("takes its site and figures from its options", () => {
    const shed = { status: 429, retryAfter: { form: "zero" }, body: { form: "empty" } } as const;
    const figures = { requests: 9, perMs: 1_000, collapsesTo: 0.5, regrowsPerMinute: 1, shed };
    const window = overloadedOnReturn({ ...time, at: "edge", on: ["keys"], ...figures });
    expect(window).toMatchObject({ id: "overloaded-on-return", at: "edge", on: ["keys"] });
    expect(window.effect).toEqual({ kind: "capacity", ...figures });
  });

  it("rejects the second of two clients with Retry-After", async () => {
    const { service } = breakService([overloadedOnReturn({ ...time, requests: 1 })]);
    await service.handle(tokenRequest());
    const shed = await service.handle(tokenRequest());
    expect([shed.status, shed.headers.get("retry-after")]).toEqual([503, "60"]);
  });
});

describe("trafficRampedUp", () => {
  it("rejects every request at first, half of them halfway, and none in the end", async () => {
    const { service, clock } = breakService([trafficRampedUp(time)]);
    const endsAt = async (elapsedMs: number): Promise<number> => {
      clock.jumpTo(elapsedMs);
      let served = 0;
      for (let number = 0; number < 100; number += 1)
        if ((await endOf(service.handle(tokenRequest()))) === "200") served += 1;
      return served;
    };
    expect(await endsAt(0)).toBe(0);
    const halfway = await endsAt(30_000);
    expect(halfway).toBeGreaterThan(30);
    expect(halfway).toBeLessThan(70);
    expect(await endsAt(59_999)).toBeGreaterThan(95);
  });
});

describe("an outage of Entra", () => {
  it.each([outage, unreachable])(
    "leaves protected APIs and UserInfo where they are (%#)",
    (preset) => {
      const { on } = preset({ from: 0, for: 1 });
      expect(on).toContain("token");
      expect(on).not.toContain("resource");
      expect(on).not.toContain("userinfo");
    },
  );
});

it.each([
  ["outage", () => outage({ from: 0, for: 1, chnce: 0.1 } as never), "chnce", "Known keys: id"],
  ["throttled", () => throttled({ form: 0, for: 1 } as never), "form", "from"],
] as const)("refuse an option that %s does not have", (place, build, key, hint) => {
  expect(build).toThrow(
    expect.objectContaining({
      code: "bad-usage",
      message: `unknown key "${key}"`,
      place,
      hint: expect.stringContaining(hint) as string,
    }),
  );
});
