/** The backup system as other programs meet it while the primary is down. */
import { describe, expect, it } from "vitest";
import { ask, control, daemonRequest, serve } from "../../test/support/serve.ts";
import { signInByDevice } from "../../test/support/device-sign-in.ts";
import type { Serving } from "./start-serving.ts";

function lastServedBy(serving: Serving): string | undefined {
  const { events } = serving.supervisor.current().live.recorder;
  return events.findLast((event) => event.kind === "exchange-ended")?.servedBy;
}

describe("while the primary is down, the backup", () => {
  it.each([
    ["71h", 200],
    ["73h", 503],
  ])("answers the refresh of a session that is %s old with %i", async (age, status) => {
    const serving = await serve({ settings: { backup: "2026-03" } });
    const refresh = await signInByDevice(serving);
    await control(serving, "POST", "/clock/advance", { by: age });
    await control(serving, "POST", "/outages", { preset: "primary-down" });
    const answered = await refresh();
    expect({ status: answered.status, by: lastServedBy(serving) }).toEqual({
      status,
      by: "backup",
    });
  });

  it("renews no token that is bound to a key, since it would be a bearer token", async () => {
    const serving = await serve({ settings: { backup: "2026-03" } });
    const refresh = await signInByDevice(serving);
    await control(serving, "POST", "/outages", { preset: "primary-down" });
    const { status } = await refresh({ token_type: "pop", req_cnf: "eyJraWQiOiJ4In0" });
    expect({ status, by: lastServedBy(serving) }).toEqual({ status: 503, by: "primary" });
    expect(await refresh()).toMatchObject({ status: 200 });
  });

  it("leaves a program's own token to the primary, which fails", async () => {
    const serving = await serve({ settings: { backup: "2026-03" } });
    expect(await ask(serving, daemonRequest)).toMatchObject({ status: 200 });
    await control(serving, "POST", "/outages", { preset: "primary-down" });
    const { status } = await ask(serving, daemonRequest);
    expect({ status, by: lastServedBy(serving) }).toEqual({ status: 503, by: "primary" });
  });
});
