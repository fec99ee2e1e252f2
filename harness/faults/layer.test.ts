import { describe, expect, it } from "vitest";
import { textOfResponse, deliveryOf } from "../core/http/message.ts";
import { createRandom } from "../core/random.ts";
import { faultSiteOf, faultsOf } from "./layer.ts";
import type { FaultEffect, FaultPlan, FaultWindow } from "./plan.ts";
import {
  aWindow,
  breakService,
  createHealthyService,
  endOf,
  getRequest,
  GOOD_TEXT,
  TENANT,
  tokenRequest,
} from "../../test/support/fault.ts";

const busy: FaultEffect = { kind: "server-error", status: 503, body: { form: "empty" } };
const broken: FaultEffect = { kind: "server-error", status: 500, body: { form: "empty" } };
const slow: FaultEffect = { kind: "latency", delay: 1_000 };

/** The ends of `count` token requests in a row. */
async function endsOf(
  plan: FaultPlan,
  count: number,
  options: { seed?: string; everyMs?: number } = {},
): Promise<string[]> {
  const { seed = "seed", everyMs = 0 } = options;
  const { service, clock } = breakService(plan, { random: createRandom(seed) });
  const ends: string[] = [];
  for (let number = 0; number < count; number += 1) {
    clock.jumpTo(number * everyMs);
    ends.push(await endOf(service.handle(tokenRequest())));
  }
  return ends;
}

describe("a window", () => {
  it("takes requests from its first millisecond until just before its end", async () => {
    const { service, clock } = breakService([aWindow(busy, { from: 100, for: 100 })]);
    const endAt = async (elapsedMs: number): Promise<string> => {
      clock.jumpTo(elapsedMs);
      return endOf(service.handle(tokenRequest()));
    };
    expect([await endAt(99), await endAt(100), await endAt(199), await endAt(200)]).toEqual([
      "200",
      "503",
      "503",
      "200",
    ]);
  });

  it("does not take requests to other endpoints or of other users", async () => {
    const { service } = breakService([
      aWindow(busy, { on: ["token"], where: { user: "ada@contoso.com", grant: "password" } }),
    ]);
    const end = (form: Record<string, string>): Promise<string> =>
      endOf(service.handle(tokenRequest(form)));
    expect(await end({ grant_type: "password", username: "Ada@contoso.com" })).toBe("503");
    expect(await end({ grant_type: "password", username: "bob@contoso.com" })).toBe("200");
    expect(await end({ grant_type: "refresh_token", username: "ada@contoso.com" })).toBe("200");
    const keys = getRequest(`/${TENANT}/discovery/v2.0/keys`);
    expect(await endOf(service.handle(keys))).toBe("200");
  });

  it("acts only in the layer of its site", async () => {
    const plan = [
      aWindow(busy, { at: "primary" }),
      aWindow({ kind: "refused" }, { id: "e", at: "edge" }),
    ];
    const primary = breakService(plan, { sites: ["primary"] }).service;
    const door = breakService(plan, { sites: ["edge", "dns"] }).service;
    expect(await endOf(primary.connect(tokenRequest()))).toBe("connected");
    expect(await endOf(primary.handle(tokenRequest()))).toBe("503");
    expect(await endOf(door.connect(tokenRequest()))).toBe("ECONNREFUSED");
    expect(await endOf(door.handle(tokenRequest()))).toBe("200");
  });

  it("breaks a connection by tenant, host and endpoint, before there is a body", async () => {
    const { service } = breakService([
      aWindow({ kind: "refused" }, { at: "edge", on: ["token"], where: { tenant: TENANT } }),
    ]);
    expect(await endOf(service.connect(tokenRequest()))).toBe("ECONNREFUSED");
    expect(await endOf(service.connect(tokenRequest({}, { tenant: "other" })))).toBe("connected");
    expect(await endOf(service.connect(getRequest("/common/discovery/instance")))).toBe(
      "connected",
    );
  });

  it("lets requests pass before `after` and after `first`", async () => {
    expect(await endsOf([aWindow(busy, { after: 1, first: 2 })], 5)).toEqual([
      "200",
      "503",
      "503",
      "200",
      "200",
    ]);
  });

  it("counts matching requests only", async () => {
    const { service } = breakService([aWindow(busy, { on: ["token"], first: 1 })]);
    await service.handle(getRequest("/common/discovery/instance"));
    expect(await endOf(service.handle(tokenRequest()))).toBe("503");
    expect(await endOf(service.handle(tokenRequest()))).toBe("200");
  });
});

describe("the chance of a window", () => {
  it("takes no request at zero and every request at one", async () => {
    expect(new Set(await endsOf([aWindow(busy, { chance: 0 })], 50))).toEqual(new Set(["200"]));
    expect(new Set(await endsOf([aWindow(busy, { chance: 1 })], 50))).toEqual(new Set(["503"]));
  });

  it("is not drawn where it decides nothing", async () => {
    const random = createRandom("seed");
    expect([random.chance(0), random.chance(1)]).toEqual([false, true]);
    expect(random.uuid()).toBe(createRandom("seed").uuid());
    // It is not drawn for a request that `after` lets pass either.
    const alone = await endsOf([aWindow(busy, { chance: 0.5 })], 64);
    const later = await endsOf([aWindow(busy, { chance: 0.5, after: 10 })], 64);
    expect(later.slice(10)).toEqual(alone.slice(0, 54));
  });

  it("takes about its share of requests", async () => {
    const ends = await endsOf([aWindow(busy, { chance: 0.83 })], 2_000);
    const share = ends.filter((end) => end === "503").length / ends.length;
    expect(share).toBeGreaterThan(0.8);
    expect(share).toBeLessThan(0.86);
  });

  it("grows along a ramp", async () => {
    const window = aWindow(busy, { for: 1_000, ramp: { from: 0, to: 1 } });
    const ends = await endsOf([window], 1_000, { everyMs: 1 });
    const failedIn = (from: number): number =>
      ends.slice(from, from + 250).filter((end) => end === "503").length;
    expect(ends[0]).toBe("200");
    expect(failedIn(0)).toBeLessThan(75);
    expect(failedIn(750)).toBeGreaterThan(175);
  });

  it("gives the same result for the same seed, and another for another seed", async () => {
    const plan = [aWindow(busy, { chance: 0.5 })];
    expect(await endsOf(plan, 64)).toEqual(await endsOf(plan, 64));
    expect(await endsOf(plan, 64)).not.toEqual(await endsOf(plan, 64, { seed: "other" }));
  });

  it("of one window does not change with another window, before or after it in the plan", async () => {
    const own = aWindow(busy, { id: "own", chance: 0.5 });
    const other = aWindow(
      { kind: "latency", delay: { min: 0, max: 0 } },
      { id: "other", chance: 0.5 },
    );
    const alone = await endsOf([own], 64);
    expect(await endsOf([other, own], 64)).toEqual(alone);
    expect(await endsOf([own, other], 64)).toEqual(alone);
    // The window draws the same numbers even where the other one answers first.
    const eclipsed = await endsOf([{ ...other, effect: broken, first: 10, chance: 1 }, own], 64);
    expect(eclipsed.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => "500"));
    expect(eclipsed.slice(10)).toEqual(alone.slice(10));
  });

  it("is independent for each window: two of them do not take the same requests", async () => {
    const own = await endsOf([aWindow(busy, { id: "own", chance: 0.5 })], 64);
    const other = await endsOf([aWindow(busy, { id: "other", chance: 0.5 })], 64);
    expect(own).not.toEqual(other);
  });

  it("does not change with what the effect itself draws", async () => {
    const failing = await endsOf([aWindow(busy, { chance: 0.5 })], 64);
    const body = { form: "aadsts", code: 90033 } as const;
    const drawing = await endsOf(
      [aWindow({ kind: "server-error", status: 503, body }, { chance: 0.5 })],
      64,
    );
    expect(drawing).toEqual(failing);
  });
});

describe("several windows", () => {
  it("are taken in plan order: the first that answers wins", async () => {
    const plan = [aWindow(busy, { id: "one" }), aWindow(broken, { id: "two" })];
    const { service, taken } = breakService(plan);
    expect(await endOf(service.handle(tokenRequest()))).toBe("503");
    expect(taken).toEqual(["one"]);
  });

  it("add latency to a later answer", async () => {
    const plan = [aWindow(slow, { id: "slow" }), aWindow(busy, { id: "busy" })];
    const { service, clock, taken } = breakService(plan);
    expect(await endOf(service.handle(tokenRequest()))).toBe("503");
    expect(clock.elapsed()).toBe(1_000);
    expect(taken).toEqual(["slow", "busy"]);
  });

  it("do not wait for latency behind an answer", async () => {
    const { service, clock } = breakService([aWindow(busy, { id: "busy" }), aWindow(slow)]);
    await service.handle(tokenRequest());
    expect(clock.elapsed()).toBe(0);
  });

  it("compose effects on the body, the first outermost", async () => {
    const { service } = breakService([
      aWindow({ kind: "wrong-content-type", contentType: "text/html" }, { id: "type" }),
      aWindow({ kind: "truncated-body", bytes: 10 }, { id: "short" }),
      aWindow({ kind: "cut-body", bytes: 10, by: "fin" }, { id: "cut" }),
    ]);
    const response = await service.handle(tokenRequest());
    expect(response.headers.get("content-type")).toBe("text/html");
    expect(await textOfResponse(response)).toBe(GOOD_TEXT.slice(0, 10));
    // The cut at 10 is the end of the shortened text: there is nothing left to cut off.
    expect(deliveryOf(response)).toEqual({ kind: "whole" });
  });

  it("keep the delivery of an inner window when only headers or text change", async () => {
    const { service } = breakService([
      aWindow({ kind: "wrong-content-type", contentType: "text/html" }, { id: "type" }),
      aWindow({ kind: "truncated-body", bytes: 30 }, { id: "short" }),
      aWindow({ kind: "cut-body", bytes: 20, by: "fin" }, { id: "cut" }),
    ]);
    const response = await service.handle(tokenRequest());
    expect(deliveryOf(response)).toEqual({ kind: "cut", bytes: 20, by: "fin" });
    expect(response.headers.get("content-length")).toBe("30");
  });
});

describe("what the layer reports to the history", () => {
  it("is which windows took a request, across layers, outermost first", async () => {
    const plan: FaultWindow[] = [
      aWindow(busy, { id: "inside", at: "primary" }),
      aWindow(slow, { id: "outside", at: "edge" }),
    ];
    const inner = breakService(plan, { sites: ["primary"] }).service;
    const { service } = breakService(plan, { sites: ["edge"], service: inner });
    const request = tokenRequest();
    await service.handle(request);
    expect(faultsOf(request)).toEqual(["outside", "inside"]);
    expect(faultSiteOf(request)).toBe("primary");
  });

  it("is the site of a broken connection", async () => {
    const { service } = breakService([aWindow({ kind: "refused" }, { at: "edge" })]);
    const attempt = tokenRequest();
    await endOf(service.connect(attempt));
    expect([faultsOf(attempt), faultSiteOf(attempt)]).toEqual([["w"], "edge"]);
  });

  it("is no site for a request that no window took, or that was served in the end", async () => {
    const free = tokenRequest();
    await breakService([aWindow(busy, { chance: 0 })]).service.handle(free);
    expect([faultsOf(free), faultSiteOf(free)]).toEqual([[], undefined]);
    const late = tokenRequest();
    await breakService([aWindow(slow)]).service.handle(late);
    expect([faultsOf(late), faultSiteOf(late)]).toEqual([["w"], undefined]);
  });
});

describe("the service behind a fault layer", () => {
  it("gets a request once, and never when a fault answers", async () => {
    const well = createHealthyService();
    const { service } = breakService([aWindow(busy, { first: 1 })], { service: well });
    await service.handle(tokenRequest());
    expect(well.asked()).toBe(0);
    await service.handle(tokenRequest());
    await service.connect(tokenRequest());
    expect([well.asked(), well.connected()]).toEqual([1, 1]);
  });
});
