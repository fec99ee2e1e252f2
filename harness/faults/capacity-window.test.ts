import { describe, expect, it } from "vitest";
import { faultSiteOf, faultsOf } from "./layer.ts";
import type { FaultEffect, FaultPlan } from "./plan.ts";
import {
  aWindow,
  breakService,
  endOf,
  getRequest,
  tokenRequest,
} from "../../test/support/fault.ts";

const busy: FaultEffect = { kind: "server-error", status: 503, body: { form: "empty" } };
const broken: FaultEffect = { kind: "server-error", status: 500, body: { form: "empty" } };

/** The ends of `count` token requests, one a second. */
async function endsOf(plan: FaultPlan, count: number): Promise<string[]> {
  const { service, clock } = breakService(plan);
  const ends: string[] = [];
  for (let number = 0; number < count; number += 1) {
    clock.jumpTo(number * 1_000);
    ends.push(await endOf(service.handle(tokenRequest())));
  }
  return ends;
}

describe("a window of limited capacity", () => {
  const limited: FaultEffect = {
    kind: "capacity",
    requests: 2,
    perMs: 10_000,
    collapsesTo: 0,
    regrowsPerMinute: 1,
    shed: {
      status: 503,
      retryAfter: { form: "seconds", seconds: 7 },
      body: { form: "aadsts", code: 90033 },
    },
  };

  it("takes only the requests that it rejects, and answers with its shed answer", async () => {
    const { service, taken } = breakService([aWindow(limited)]);
    const requests = [tokenRequest(), tokenRequest(), tokenRequest()];
    const ends: string[] = [];
    for (const request of requests) ends.push(await endOf(service.handle(request)));
    expect(ends).toEqual(["200", "200", "503"]);
    expect(requests.map(faultsOf)).toEqual([[], [], ["w"]]);
    expect(requests.map(faultSiteOf)).toEqual([undefined, undefined, "primary"]);
    expect(taken).toEqual(["w"]);
    const shed = await service.handle(tokenRequest());
    expect(shed.headers.get("retry-after")).toBe("7");
    expect(await shed.json()).toMatchObject({ error_codes: [90033] });
  });

  it("has its full capacity again after a time without load", async () => {
    expect(await endsOf([aWindow(limited)], 4)).toEqual(["200", "200", "503", "503"]);
    const { service, clock } = breakService([aWindow(limited, { for: 600_000 })]);
    for (let number = 0; number < 4; number += 1) await service.handle(tokenRequest());
    clock.jumpTo(70_000);
    expect(await endOf(service.handle(tokenRequest()))).toBe("200");
    expect(await endOf(service.handle(tokenRequest()))).toBe("200");
    expect(await endOf(service.handle(tokenRequest()))).toBe("503");
  });

  it("does not count requests that never reach it: of other endpoints, and those that a fault before it ended", async () => {
    const before = aWindow(busy, { id: "before", first: 5 });
    expect(await endsOf([before, aWindow(limited, { on: ["token"] })], 8)).toEqual([
      ...Array.from({ length: 5 }, () => "503"),
      "200",
      "200",
      "503",
    ]);
    const { service } = breakService([aWindow(limited, { on: ["token"] })]);
    for (let number = 0; number < 9; number += 1)
      await service.handle(getRequest("/common/discovery/instance"));
    expect(await endOf(service.handle(tokenRequest()))).toBe("200");
  });

  it("passes only the requests that it serves to the faults behind it", async () => {
    const { service } = breakService([aWindow(limited), aWindow(broken, { id: "behind" })]);
    const requests = [tokenRequest(), tokenRequest(), tokenRequest()];
    for (const request of requests) await service.handle(request);
    expect(requests.map(faultsOf)).toEqual([["behind"], ["behind"], ["w"]]);
  });

  it("does not change the chance of other windows", async () => {
    const half = aWindow(broken, { id: "half", chance: 0.5 });
    const alone = await endsOf([half], 40);
    const light = { ...limited, requests: 10 };
    expect(await endsOf([half, aWindow(light)], 40)).toEqual(alone);
  });
});
