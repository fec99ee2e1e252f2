/** Requests that reach the backup without the gateway. */
import { describe, expect, it } from "vitest";
import { createBareFetch } from "../../clients/reference/bare-fetch.ts";
import { hours } from "../../core/time/duration.ts";
import { tokenServerError } from "../../faults/presets.ts";
import { runScenario } from "../../runner/run.ts";
import { daemonToken, only, scenario } from "../../../test/support/run.ts";
import type { Scenario } from "../../runner/scenario.ts";

/** What a daemon meets that is given the backup's own host. */
async function asked(settings: NonNullable<Scenario["settings"]>, faults: Scenario["faults"] = []) {
  const wanted = scenario(
    async ({ open }) => {
      const daemon = await open({
        app: "nightly-daemon",
        host: "backup.login.microsoftonline.com",
      });
      await daemon.attempt(daemonToken);
    },
    { settings, faults },
  );
  const client = createBareFetch();
  const outcome = await runScenario(wanted, { client, mount: "direct", seed: "1" });
  const [first] = only(outcome, "exchange-ended");
  return {
    by: first?.servedBy,
    status: first?.end.kind === "response" ? first.end.status : undefined,
    codes: first?.error?.codes,
  };
}

const outage = [tokenServerError({ from: 0, for: hours(1) })];

describe("traffic that avoids the gateway", () => {
  it.each([
    ["while all is well", []],
    ["in an outage", outage],
  ])("is refused %s", async (_, faults) => {
    const refused = { by: "backup", status: 400, codes: [230109] };
    expect(await asked({ backup: "2026-03" }, faults)).toEqual(refused);
  });

  it("is refused with the status of the setting", async () => {
    const settings = { backup: "2026-03", backupDirectStatus: 503 } as const;
    expect(await asked(settings)).toMatchObject({ status: 503, codes: [230109] });
  });

  it("reaches the primary at any other host", async () => {
    const settings = { backup: "2026-03", backupHost: "other.login.microsoftonline.com" } as const;
    expect(await asked(settings)).toMatchObject({ by: "primary", status: 200 });
    expect(await asked({ backup: "off" })).toMatchObject({ by: "primary", status: 200 });
  });
});
