/** What a window does with preflights, by which a browser asks before it sends. */
import { describe, expect, it } from "vitest";
import { faultsOf } from "./layer.ts";
import type { FaultEffect, FaultWindow } from "./plan.ts";
import { aWindow, breakService, endOf, preflight, tokenRequest } from "../../test/support/fault.ts";

const busy: FaultEffect = { kind: "server-error", status: 503, body: { form: "empty" } };

/** How a preflight and its request end, three times over. */
async function endsUnder(changes: Partial<FaultWindow>, effect: FaultEffect = busy) {
  const { service } = breakService([aWindow(effect, { on: ["token"], ...changes })]);
  const ends: string[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    ends.push(await endOf(service.handle(preflight())));
    ends.push(await endOf(service.handle(tokenRequest())));
  }
  return ends.join(" ");
}

describe("preflights", () => {
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

  it("pass a limited capacity without weight", async () => {
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

  it("need connections, which break for them as for anyone", async () => {
    const { service } = breakService([
      aWindow({ kind: "refused" }, { at: "edge", on: ["token"], first: 1 }),
    ]);
    const attempt = preflight();
    expect(await endOf(service.connect(attempt))).toBe("ECONNREFUSED");
    expect(faultsOf(attempt)).toEqual(["w"]);
    expect(await endOf(service.connect(tokenRequest()))).toBe("connected");
  });
});
