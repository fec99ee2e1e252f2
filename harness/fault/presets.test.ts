import { describe, expect, it } from "vitest";
import {
  discoveryDown,
  hang,
  identityEndpointThrottled,
  identityEndpointUpdating,
  keysWithdrawn,
  nameLookupDown,
  outage,
  partialOutage,
  throttled,
  tokenServerError,
  unreachable,
} from "./presets.ts";
import type { FaultWindow } from "./plan.ts";
import {
  breakService,
  createWellService,
  endOf,
  getRequest,
  TENANT,
  tokenRequest,
} from "./testing.ts";
import { checkFaultPlan } from "./validate.ts";

const time = { from: 0, for: 60_000 };
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
];

/** How a client fares with one preset: connecting and asking for a token, metadata and keys. */
async function seen(window: FaultWindow): Promise<string[]> {
  const well = createWellService('{"keys":[1,2]}');
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
  it("make one valid plan together: their ids differ", () => {
    expect(() => checkFaultPlan(presets)).not.toThrow();
  });

  it("are plain data", () => {
    expect(JSON.parse(JSON.stringify(presets))).toEqual(presets);
  });

  it("take id, times and slice from their options", () => {
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
    [keysWithdrawn(time), ["200", "200", "200"]],
  ])("break what they say: $id gives %j for token, metadata and keys", async (window, ends) => {
    expect(await seen(window)).toEqual(ends);
  });

  it("hang holds the token request until the window ends", async () => {
    const { service, clock } = breakService([hang(time)]);
    expect(await endOf(service.handle(tokenRequest()))).toBe("ECONNRESET");
    expect(clock.elapsed()).toBe(60_000);
  });

  it("keysWithdrawn takes the signing key away and no other", async () => {
    const { service } = breakService([keysWithdrawn(time)], {
      service: createWellService('{"keys":["signs","retired"]}'),
    });
    const answer = await service.handle(getRequest(`/${TENANT}/discovery/v2.0/keys`));
    expect(await answer.text()).toBe('{"keys":["retired"]}');
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
