/** What a window does with the preflights that a browser sends before some requests. */
import { describe, expect, it } from "vitest";
import { faultsOf } from "./layer.ts";
import type { FaultEffect, FaultWindow } from "./plan.ts";
import { aWindow, breakService, endOf, preflight, tokenRequest } from "../../test/support/fault.ts";

const busy: FaultEffect = { kind: "server-error", status: 503, body: { form: "empty" } };

/** How a preflight and its request end, three times. */
async function endsUnder(changes: Partial<FaultWindow>, effect: FaultEffect = busy) {
  const { service } = breakService([aWindow(effect, { on: ["token"], ...changes })]);
  const ends: string[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    ends.push(await endOf(service.handle(preflight())));
    ends.push(await endOf(service.handle(tokenRequest())));
  }
  return ends.join(" ");
}

describe("a preflight and its request", () => {
  it.each<[string, Partial<FaultWindow>, string]>([
    ["pass", {}, "200 503 200 503 200 503"],
    ["pass, and are not counted", { after: 1, first: 1 }, "200 200 200 503 200 200"],
    ["pass when that is said", { preflights: "pass" }, "200 503 200 503 200 503"],
    ["pass a window on everything", { on: "all" }, "200 503 200 503 200 503"],
    ["are taken and counted", { preflights: "take", first: 3 }, "503 503 503 200 200 200"],
    ["are all that is taken", { preflights: "only" }, "503 200 503 200 503 200"],
    ["alone are counted", { preflights: "only", after: 1, first: 1 }, "200 200 503 200 200 200"],
    ["of other endpoints pass", { preflights: "take", on: ["keys"] }, "200 200 200 200 200 200"],
  ])("%s: %o", async (_, changes, ends) => {
    expect(await endsUnder(changes)).toBe(ends);
  });

  it("do not both count for a limited capacity: the preflight passes", async () => {
    const effect: FaultEffect = {
      kind: "capacity",
      requests: 1,
      perMs: 60_000,
      collapsesTo: 1,
      regrowsPerMinute: 0,
      shed: { status: 429, retryAfter: { form: "absent" }, body: { form: "empty" } },
    };
    expect(await endsUnder({}, effect)).toBe("200 200 200 429 200 429");
  });

  it("both fail when their connection breaks", async () => {
    const { service } = breakService([
      aWindow({ kind: "refused" }, { at: "edge", on: ["token"], first: 1 }),
    ]);
    const attempt = preflight();
    expect(await endOf(service.connect(attempt))).toBe("ECONNREFUSED");
    expect(faultsOf(attempt)).toEqual(["w"]);
    expect(await endOf(service.connect(tokenRequest()))).toBe("connected");
  });
});
