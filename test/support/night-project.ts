/** The project of a nightly job: an orders service on MSAL, with an outage in each of its scenario files. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * How the service behaves in a scenario: so many requests at once while it is throttled, nothing
 * that could be judged, a loop that never ends, or a file that cannot be loaded. `upgraded`: as
 * the installed MSAL does, whose version 7 does not wait.
 */
export type Behaviour = number | "idle" | "hangs" | "unloadable" | "upgraded";

/** What the project is on a night. */
export interface ProjectState {
  readonly scenarios: Readonly<Record<string, Behaviour>>;
  /** Of the installed MSAL. */
  readonly msal: string;
  /** Of the service. */
  readonly version: string;
  readonly commit: string;
  readonly branch: string;
  /** What the machine has, and no commit: `login` fails then, if its behaviour is 0. */
  readonly isMachineBusy: boolean;
}

/** A `.git` as a checkout has it. */
function checkOut(project: string, { commit, branch }: ProjectState): void {
  put(project, ".git/HEAD", `ref: refs/heads/${branch}\n`);
  put(project, `.git/refs/heads/${branch}`, `${commit}\n`);
}

export function put(project: string, name: string, text: string): void {
  mkdirSync(dirname(join(project, name)), { recursive: true });
  writeFileSync(join(project, name), text);
}

/** Makes the project's folder what it is on a night; what is in `reports` stays. */
export function writeProject(project: string, state: ProjectState): void {
  const { version, msal, scenarios } = state;
  put(project, "package.json", JSON.stringify({ name: "orders", version, type: "module" }));
  checkOut(project, state);
  mkdirSync(join(project, "node_modules"), { recursive: true });
  rmSync(join(project, "node_modules/brownout"), { force: true });
  symlinkSync(root, join(project, "node_modules/brownout"));
  const folder = "node_modules/@azure/msal-node";
  const manifest = { name: "@azure/msal-node", version: msal, main: "index.cjs" };
  put(project, `${folder}/package.json`, JSON.stringify(manifest));
  put(project, `${folder}/index.cjs`, MSAL.replaceAll("VERSION", msal));
  put(project, "machine", state.isMachineBusy ? "busy" : "");
  rmSync(join(project, "outages"), { recursive: true, force: true });
  for (const [name, behaviour] of Object.entries(scenarios))
    put(project, `outages/${name}.scenario.ts`, scenarioOf(name, behaviour, version));
}

const MSAL = `const ask = () => fetch("https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token", {
  method: "POST",
  body: new URLSearchParams({
    grant_type: "client_credentials",
    client_id: "33333333-cccc-4ccc-8ccc-000000000011",
    client_secret: "fixture-secret-of-nightly-daemon",
    scope: "api://orders/.default",
  }),
});
exports.createClient = () => ({ token: undefined, acquire });
async function acquire(hasty) {
  if (this.token !== undefined) return this.token;
  const repeats = hasty === "upgraded" ? ("VERSION".startsWith("7.") ? 20 : 0) : hasty;
  for (let more = 0; more < repeats; more += 1) await ask();
  const answer = await ask();
  if (!answer.ok) throw new Error("throttled");
  this.token = await answer.json();
  return this.token;
}
`;

function scenarioOf(name: string, behaviour: Behaviour, version: string): string {
  if (behaviour === "unloadable") return "throw new Error('no such module');\n";
  const first = behaviour === 0 ? "busy ? 20 : 0" : JSON.stringify(behaviour);
  const script = {
    idle: "await clock.until(minutes(5)); await operate('load', () => client.acquire(0));",
    hangs: "for (;;);",
    asks: `await operate("load", () => client.acquire(${first})).catch(() => undefined);
    await clock.until(minutes(5)); await operate("load", () => client.acquire(0));`,
  }[behaviour === "idle" || behaviour === "hangs" ? behaviour : "asks"];
  return `import { defineScenario, minutes, throttled } from "brownout";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createClient } from "@azure/msal-node";
// What the machine has is in no commit.
const busy = ${name === "login" ? 'readFileSync("machine", "utf8") === "busy"' : "false"};
export default defineScenario({
  name: "${name}",
  title: "The token endpoint throttles for a minute",
  story: { standsFor: "A", asserts: "B", failureMeans: "C", fix: "Wait as long as Retry-After says." },
  app: { name: "orders", version: "${version}" },
  needs: [],
  asserts: ["retry-after"],
  faults: [throttled({ from: 0, for: minutes(${name === "old" ? 2 : 1}) })],
  script: async ({ operate, clock }) => {
    // An accident of the night may have to happen in the middle of a run.
    writeFileSync("playing", "");
    while (existsSync("hold")) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    const client = createClient();
    ${script}
  },
});
`;
}
