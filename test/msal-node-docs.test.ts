/** The transport that docs/msal-node.md shows, word for word, under the real MSAL Node: it fixes what the page says that it fixes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfidentialClientApplication, type INetworkModule } from "@azure/msal-node";
import { afterAll, describe, expect, it } from "vitest";
import { judgeHistory } from "../harness/rules/rules.ts";
import { minutes, seconds } from "../harness/core/time/duration.ts";
import { throttled } from "../harness/faults/presets.ts";
import { loadClient } from "../harness/clients/registry.ts";
import { runScenario } from "../harness/runner/run.ts";
import { scenario } from "./support/run.ts";

const place = mkdtempSync(join(tmpdir(), "brownout-patient-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const page = readFileSync(new URL("../docs/msal-node.md", import.meta.url), "utf8");
const [, text = ""] = /^```ts\n(\/\/ patient-network\.ts\n[^]*?)^```$/m.exec(page) ?? [];
const file = join(place, "patient-network.ts");
writeFileSync(file, text);
const { patientNetwork } = (await import(file)) as { patientNetwork: () => INetworkModule };

/** A daemon that asks each 20 seconds, throttled for three minutes in that way; what fails. */
async function failures(
  fault: Partial<Parameters<typeof throttled>[0]>,
  networkClient?: INetworkModule,
): Promise<readonly string[]> {
  const wanted = scenario(
    async ({ operate, clock }) => {
      const client = new ConfidentialClientApplication({
        auth: {
          authority: "https://login.microsoftonline.com/11111111-aaaa-4aaa-8aaa-000000000001",
          clientId: "33333333-cccc-4ccc-8ccc-000000000011",
          clientSecret: "fixture-secret-of-nightly-daemon",
        },
        ...(networkClient === undefined ? {} : { system: { networkClient } }),
      });
      const scopes = ["https://graph.microsoft.com/.default"];
      while (clock.elapsed() < minutes(6)) {
        const call = () => client.acquireTokenByClientCredential({ scopes });
        await operate("sync", async () => (await call())?.accessToken).catch(() => undefined);
        await clock.sleep(seconds(20));
      }
    },
    {
      asserts: ["retry-after", "recovery"],
      faults: [throttled({ from: 0, for: minutes(3), ...fault })],
    },
  );
  const client = await loadClient(undefined, wanted);
  const { history } = await runScenario(wanted, { client, mount: "msw", seed: "1" });
  return judgeHistory(history).flatMap(({ rule, verdict }) =>
    verdict === "pass" ? [] : [`${rule} ${verdict}`],
  );
}

describe("an app on MSAL Node", () => {
  it.each([
    ["text", {}],
    ["HTML", { body: { form: "html", title: "Too Many Requests" } as const }],
    ["a date", { retryAfter: { form: "http-date", seconds: 90 } as const }],
  ])(
    "fails by itself where the service throttles with %s, and passes with this transport",
    async (_, fault) => {
      expect(await failures(fault)).toContain("retry-after fail");
      expect(await failures(fault, patientNetwork())).toEqual([]);
    },
  );
});
