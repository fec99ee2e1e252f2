import { describe, expect, it } from "vitest";
import { startEsts } from "../../../test/support/ests.ts";
import { codesOf, daemonForm, redeem, refresh, TOKEN } from "../../../test/support/ests-grants.ts";

const loopDetection = { requests: 15, withinSeconds: 300 };

describe("loop detection", () => {
  it("refuses the fifteenth like request for a user within five minutes, until they pass", async () => {
    const bench = startEsts({ loopDetection });
    const token = (await redeem(bench)).json["refresh_token"];
    for (let time = 1; time < 15; time += 1) {
      expect((await refresh(bench, token)).status).toBe(200);
      bench.pass(1_000);
    }
    const looped = await refresh(bench, token);
    expect([looped.status, looped.json["error"], codesOf(looped)]).toEqual([
      400,
      "invalid_grant",
      [50196],
    ]);
    const other = { scope: "https://graph.microsoft.com/Mail.Read offline_access" };
    expect((await refresh(bench, token, other)).status).toBe(200);
    bench.pass(300_000);
    expect((await refresh(bench, token)).status).toBe(200);
  });

  it("counts neither slow clients nor apps without a user", async () => {
    const bench = startEsts({ loopDetection });
    const token = (await redeem(bench)).json["refresh_token"];
    for (let time = 1; time <= 30; time += 1) {
      bench.pass(25_000);
      expect((await refresh(bench, token)).status).toBe(200);
    }
    for (let time = 1; time <= 30; time += 1)
      expect((await bench.post(TOKEN, daemonForm(bench))).status).toBe(200);
  });

  it("is off unless a scenario enables it", async () => {
    const bench = startEsts();
    const token = (await redeem(bench)).json["refresh_token"];
    for (let time = 1; time <= 30; time += 1)
      expect((await refresh(bench, token)).status).toBe(200);
  });
});
