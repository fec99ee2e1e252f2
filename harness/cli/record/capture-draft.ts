/** What a scenario is made of that plays a capture: its world is a sketch of the apps in it. */
import { literal } from "../../core/source-literal.ts";
import type { FaultWindow } from "../../faults/plan.ts";
import type {
  RecordedApp,
  RecordedCall,
  RecordedCalls,
} from "../../runner/recorded/recorded-calls.ts";
import { BEFORE_MS, callText, type ScenarioDraft } from "../../runner/recorded/scenario-text.ts";

/** Who the people of a capture are in the scenario. */
const PERSON = "adele";

/** The draft of a scenario of that name. */
export function captureDraft(
  name: string,
  { apps, calls, tenant }: RecordedCalls,
  faults: readonly FaultWindow[],
): ScenarioDraft {
  const names = new Map(apps.map(({ clientId }, index) => [clientId, `app-${index + 1}`]));
  const world = {
    tenant,
    users: [PERSON],
    apps: apps.map((app) => sketchOf(app, { name: names.get(app.clientId) ?? "", calls })),
  };
  const all = [...signIns(apps, calls), ...calls];
  return {
    name,
    from: "a capture",
    imports: ["createWorld"],
    world: `const world = createWorld(${literal(world)});`,
    flows: all.map(({ flow }) => flow),
    faults,
    opening: apps.map(
      ({ clientId }, index) =>
        `const app${index + 1} = await open({ app: ${literal(names.get(clientId))} });`,
    ),
    steps: all.map((call) => ({ atMs: call.atMs, text: textOfCall(call, apps) })),
  };
}

/** Who begins with a refresh has signed in before the capture began. */
function signIns(
  apps: readonly RecordedApp[],
  calls: readonly RecordedCall[],
): readonly RecordedCall[] {
  return apps.flatMap(({ clientId, kind }) => {
    const first = calls.find((call) => call.clientId === clientId);
    if (first === undefined || first.flow !== "silent") return [];
    const flow = kind === "spa" ? "popup" : "authorization-code";
    return [{ ...first, flow, atMs: -BEFORE_MS } as const];
  });
}

function textOfCall(call: RecordedCall, apps: readonly RecordedApp[]): string {
  const index = apps.findIndex((app) => app.clientId === call.clientId) + 1;
  const user = call.flow === "client-credentials" ? undefined : PERSON;
  return callText(`app${index}`, { ...call, user });
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
