/** A served program and a scenario with the same calls of MSAL Node are judged alike. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { contoso } from "../fixtures/worlds/contoso.ts";
import { minutes } from "../harness/core/time/duration.ts";
import { planOf, type PresetName } from "../harness/runner/live/outage-by-name.ts";
import type { History } from "../harness/history/event.ts";
import { parseJournal } from "../harness/history/journal.ts";
import { judgeByEveryRule } from "../harness/rules/rules.ts";
import { createFolder, type Folder } from "./command-line.ts";
import { daemonToken, run } from "./support/run.ts";

vi.setConfig({ testTimeout: 240_000 });

const [tenant] = contoso.tenants;
const daemon = tenant?.apps.find(({ name }) => name === "nightly-daemon");

/** Two calls, each an operation. */
const program = `
import { createRequire } from "node:module";
const { ConfidentialClientApplication } = createRequire(${JSON.stringify(import.meta.filename)})("@azure/msal-node");
const client = new ConfidentialClientApplication({ auth: {
  clientId: ${JSON.stringify(daemon?.clientId)}, clientSecret: ${JSON.stringify(daemon?.secrets[0]?.value)},
  authority: ${JSON.stringify(`https://login.microsoftonline.com/${tenant?.id ?? ""}`)} } });
const post = async (path, body) => {
  const headers = { Authorization: "Bearer " + process.env.BROWNOUT_TOKEN, "Content-Type": "application/json" };
  return (await fetch(process.env.BROWNOUT_CONTROL + path, { method: "POST", headers, body: JSON.stringify(body) })).json();
};
for (let call = 0; call < 2; call += 1) {
  const { id } = await post("/operations", { name: "get a token" });
  const failed = await client.acquireTokenByClientCredential({ scopes: ["https://graph.microsoft.com/.default"] })
    .then(() => undefined, (error) => error.errorCode ?? error.message);
  await post("/operations/" + id + "/end", failed === undefined ? {} : { failed });
}
`;

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
  folder.write("job.mjs", program);
});
afterAll(() => folder.remove());

/** The rules that say something about the requests of the client. */
function findingsOf(history: History): readonly string[] {
  return judgeByEveryRule(history)
    .filter(({ verdict }) => verdict === "fail")
    .map(({ rule }) => rule);
}

function requestsOf({ events }: History): readonly string[] {
  return events.flatMap((event) =>
    event.kind === "exchange-began" ? [`${event.operation} ${event.endpoint}`] : [],
  );
}

describe("the journal of a served program", () => {
  it.each([
    ["throttled", ["retry-after"]],
    ["token-server-error", []],
    ["discovery-down", []],
  ] satisfies readonly (readonly [PresetName, readonly string[]])[])(
    "has the findings of a scenario with the same calls under %s",
    async (outage, findings) => {
      const options = ["--isolate", "proxy", "--outage", outage, "--journal", "served.jsonl"];
      folder.brownout("exec", ...options, "--", process.execPath, "job.mjs");
      const text = readFileSync(join(folder.path, "served.jsonl"), "utf8");
      const served = parseJournal(text, "served.jsonl");
      const outcome = await run(
        async ({ open }) => {
          const client = await open({ app: "nightly-daemon" });
          for (let call = 0; call < 2; call += 1)
            await client.acquire(daemonToken).catch(() => undefined);
        },
        { faults: planOf(outage, { for: minutes(10) }) },
      );
      expect(requestsOf(served)).toEqual(requestsOf(outcome.history));
      expect(findingsOf(served)).toEqual(findingsOf(outcome.history));
      expect(findingsOf(served)).toEqual(findings);
      const checked = folder.brownout("check", "served.jsonl", "--json");
      const { runs } = JSON.parse(checked.stdout) as {
        readonly runs: readonly {
          readonly findings: readonly { readonly rule: string; readonly verdict: string }[];
        }[];
      };
      const failed = runs[0]?.findings.filter(({ verdict }) => verdict === "fail") ?? [];
      expect(failed.map(({ rule }) => rule)).toEqual(findings);
    },
  );
});
