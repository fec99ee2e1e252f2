/** The `networkClient` of the direct mount: as the own transports of older and of newer versions fail. */
import { describe, expect, it } from "vitest";
import { loadMsalNode } from "./msal-node.ts";
import { minutes, seconds } from "../../core/time/duration.ts";
import type { FaultEffect } from "../../faults/plan.ts";
import { runScenario } from "../../runner/run.ts";
import { daemonToken, only, scenario } from "../../../test/support/run.ts";
import { networkClientOver } from "./msal-node-network.ts";
import type { ClientContext, ClientUnderTest } from "../client.ts";

class AuthError extends Error {
  readonly errorCode: string;
  constructor(code: string, _: string, message: string) {
    super(message);
    this.errorCode = code;
  }
}

/** A version of the package, with or without a setting for the agents of `node:http`. */
function packageWith(system: object): Parameters<typeof networkClientOver>[0] {
  class ConfidentialClientApplication {
    readonly config = { system };
  }
  return { AuthError, ConfidentialClientApplication } as never;
}

const versions = {
  "node:https": packageWith({ customAgentOptions: {} }),
  fetch: packageWith({}),
} as const;

/** A client that sends one token request by `networkClient` and makes nothing of the answer. */
function clientOver(version: Parameters<typeof networkClientOver>[0]): ClientUnderTest {
  const open = ({
    transport = (request) => fetch(request),
    authorityHost,
    world,
  }: ClientContext) => ({
    acquire: async () => {
      const url = `${authorityHost}/${world.tenants[0]?.id}/oauth2/v2.0/token`;
      const client = networkClientOver(version, transport);
      const { status, body } = await client.sendPostRequestAsync<{ error?: string }>(url, {
        headers: {},
        body: "",
      });
      throw new Error(`${status} ${body.error}`);
    },
  });
  return {
    name: "raw",
    version: "1",
    flows: ["client-credentials"],
    open: (_, context) => Promise.resolve(open(context)),
  };
}

/** What a call comes to under an effect. */
async function resultUnder(stack: keyof typeof versions, effect: FaultEffect): Promise<string> {
  const outcome = await runScenario(
    scenario(
      async ({ open, clock }) => {
        const daemon = await open({ app: "nightly-daemon" });
        void daemon.attempt(daemonToken);
        await clock.sleep(minutes(20));
      },
      {
        faults: [{ id: "broken", at: "primary", on: ["token"], from: 0, for: minutes(15), effect }],
      },
    ),
    { client: clientOver(versions[stack]), mount: "direct", seed: "1" },
  );
  const [end] = only(outcome, "operation-completed");
  if (end?.outcome === "fail") return end.error.message;
  return end?.outcome === "unknown" ? (end.reason ?? "") : "ok";
}

const html = { form: "html", title: "Unavailable" } as const;

describe("networkClient over a transport", () => {
  it.each<[string, FaultEffect, string, string]>([
    [
      "an answer that is not JSON",
      { kind: "server-error", status: 503, body: html },
      "503 server_error",
      "Failed to parse response: Unexpected token '<'",
    ],
    [
      "a throttle that is not JSON",
      { kind: "throttle", retryAfter: { form: "absent" }, body: html },
      "429 client_error",
      "Failed to parse response: Unexpected token '<'",
    ],
    ["a reset", { kind: "reset" }, "Error: read ECONNRESET", "fetch failed"],
    [
      "a connection that ends in mid-body",
      { kind: "cut-body", bytes: 20, by: "fin" },
      "run-ended",
      "Failed to parse response: terminated",
    ],
    [
      "a reset in mid-body",
      { kind: "cut-body", bytes: 20, by: "reset" },
      "Error: read ECONNRESET",
      "Failed to parse response: terminated",
    ],
    [
      "an answer that comes after ten minutes",
      { kind: "latency", delay: seconds(600) },
      "400 invalid_request",
      "fetch failed",
    ],
  ])("fails for %s as the version's own does", async (_, effect, byHttp, byFetch) => {
    expect(await resultUnder("node:https", effect)).toContain(byHttp);
    expect(await resultUnder("fetch", effect)).toContain(byFetch);
  });

  it("takes the installed version for one that sends by fetch", async () => {
    const msal = await import("@azure/msal-node");
    const transport = () => Promise.resolve(new Response("no JSON", { status: 503 }));
    await expect(
      networkClientOver(msal, transport).sendGetRequestAsync("https://login.microsoftonline.com/"),
    ).rejects.toThrow("token_parsing_error: Failed to parse response");
    expect((await loadMsalNode()).flows).toContain("device-code");
  });
});
