import { describe, expect, it } from "vitest";
import type { ClientUnderTest } from "../../clients/client.ts";
import { hours } from "../../core/time/duration.ts";
import { tokenServerError } from "../../faults/presets.ts";
import { scenario } from "../../../test/support/run.ts";
import { runScenario } from "../../runner/run.ts";

describe("a program that sends requests to the regional service itself", () => {
  it.each(["primary", "backup"] as const)("is refused by the %s", async (by) => {
    const statuses: number[] = [];
    const forger: ClientUnderTest = {
      name: "forger",
      version: "1",
      flows: ["managed-identity"],
      open: ({ app, tenant }, { transport = fetch }) =>
        Promise.resolve({
          async acquire() {
            const form = {
              grant_type: "managed_identity",
              client_id: app.clientId,
              resource: "https://graph.microsoft.com",
            };
            const address = `https://westeurope.login.microsoft.com/${tenant.id}/oauth2/token`;
            const body = new URLSearchParams(form);
            const { status } = await transport(new Request(address, { method: "POST", body }));
            statuses.push(status);
            return { accessToken: "" };
          },
        }),
    };
    const played = scenario(
      async ({ open }) => {
        const application = await open({ app: "web-vm-identity", machine: "web-vm" });
        await application.acquire({ flow: "managed-identity", scopes: [] });
      },
      {
        settings: { backup: "2026-03" },
        faults: by === "backup" ? [tokenServerError({ from: 0, for: hours(1) })] : [],
      },
    );
    await runScenario(played, { client: forger, mount: "direct", seed: "1" });
    expect(statuses).toEqual([by === "backup" ? 503 : 400]);
  });
});
