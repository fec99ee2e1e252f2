/** The text of a scenario that plays what a capture shows. Only checked ids, addresses, scopes and numbers of it are in the text. */
import type { FaultWindow } from "../../faults/plan.ts";
import { literal } from "../init/source-text.ts";
import type { RecordedApp, RecordedCall, RecordedCalls } from "./recorded-calls.ts";

/** A first sign-in, before the capture began: of who had tokens already. */
const BEFORE_MS = 60_000;

/** The file, as `brownout run` plays it. */
export function scenarioText(
  name: string,
  recorded: RecordedCalls,
  faults: readonly FaultWindow[],
): string {
  const { apps, calls, tenant } = recorded;
  const names = new Map(apps.map(({ clientId }, index) => [clientId, `app-${index + 1}`]));
  const world = {
    tenant,
    users: ["adele"],
    apps: apps.map((app) => sketchOf(app, { name: names.get(app.clientId) ?? "", calls })),
  };
  const needs = [...new Set([...calls, ...signIns(apps, calls)].map(({ flow }) => flow))];
  const later = faults.map((window) => ({ ...window, from: window.from + BEFORE_MS }));
  return [
    `/** What a capture shows, as a scenario: ${calls.length} calls for tokens, ${faults.length} faults. Written by brownout record. */`,
    'import { createWorld, defineScenario } from "brownout";',
    "",
    `const world = createWorld(${literal(world)});`,
    "",
    "export default defineScenario({",
    `  name: ${literal(name)},`,
    '  title: "What a capture shows, played again",',
    "  story: {",
    '    standsFor: "The requests and answers of a capture.",',
    '    asserts: "Nothing by name yet: add the rules that must come to a conclusion.",',
    '    failureMeans: "See what each rule says.",',
    '    fix: "See what each rule says.",',
    "  },",
    "  world,",
    `  needs: ${literal(needs)},`,
    "  asserts: [],",
    `  faults: ${literal(later).replaceAll("\n", "\n  ")},`,
    "  async script({ open, world: { user }, clock }) {",
    '    const adele = user("adele");',
    ...apps.map(
      ({ clientId }, index) =>
        `    const app${index + 1} = await open({ app: ${literal(names.get(clientId))} });`,
    ),
    ...signIns(apps, calls).map((call) => callLine(call, apps)),
    ...calls.flatMap((call) => [
      `    await clock.until(${call.atMs + BEFORE_MS});`,
      callLine(call, apps),
    ]),
    "  },",
    "});",
    "",
  ].join("\n");
}

/** Who begins with a refresh has signed in before the capture began. */
function signIns(
  apps: readonly RecordedApp[],
  calls: readonly RecordedCall[],
): readonly RecordedCall[] {
  return apps.flatMap(({ clientId, kind }) => {
    const first = calls.find((call) => call.clientId === clientId);
    if (first === undefined || first.flow !== "silent") return [];
    return [{ ...first, flow: kind === "spa" ? "popup" : "authorization-code" } as const];
  });
}

function callLine({ clientId, flow, scopes }: RecordedCall, apps: readonly RecordedApp[]): string {
  const index = apps.findIndex((app) => app.clientId === clientId) + 1;
  const user = flow === "client-credentials" ? "" : ", user: adele";
  // A capture has a request for each: so the cache is passed over.
  const fresh = flow === "silent" ? ", forceRefresh: true" : "";
  return `    await app${index}.attempt({ flow: ${literal(flow)}, scopes: ${literal(scopes)}${user}${fresh} });`;
}

function sketchOf(
  { clientId, kind, redirectUris }: RecordedApp,
  { name, calls }: { readonly name: string; readonly calls: readonly RecordedCall[] },
): object {
  const own = calls.filter((call) => call.clientId === clientId).flatMap(({ scopes }) => scopes);
  const scopes = [...new Set(own)];
  const permissions = scopes.filter((scope) => !scope.endsWith("/.default"));
  const apis = scopes
    .filter((scope) => scope.endsWith("/.default") && !scope.includes("graph.microsoft.com"))
    .map((scope) => `${scope.slice(0, -"/.default".length)}/Recorded.All`);
  return {
    kind,
    clientId,
    name,
    ...(redirectUris.length === 0 ? {} : { redirectUris }),
    ...(kind === "daemon"
      ? { roles: apis.length === 0 ? ["User.Read.All"] : apis }
      : {
          scopes: [
            ...new Set([...(permissions.length === 0 ? ["User.Read"] : permissions), ...apis]),
          ],
        }),
  };
}
