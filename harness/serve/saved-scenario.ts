/**
 * What was done by hand to a served simulation, as a scenario that plays it again with a client of
 * the package: its outages, its changes of the world, and the calls behind the token requests of
 * each program. What only a program itself could do again is left out, and counted.
 */
import { HarnessError } from "../core/errors.ts";
import { literal } from "../core/source-literal.ts";
import type { AppRegistration, User, World } from "../entra/directory/world.ts";
import type { FaultWindow } from "../faults/plan.ts";
import type { HistoryEvent } from "../history/event.ts";
import { type Exchange, exchangesOf } from "../rules/model/exchanges.ts";
import {
  CALLS_MAX,
  flowOf,
  type RecordedFlow,
  scopesOf,
} from "../runner/recorded/recorded-calls.ts";
import {
  BEFORE_MS,
  callText,
  scenarioText,
  type ScriptStep,
} from "../runner/recorded/scenario-text.ts";
import { contoso } from "../../fixtures/worlds/contoso.ts";
import type { ChangeMade } from "./control/changes-made.ts";
import type { Served } from "./served-simulation.ts";

/** The text of the scenario. Throws `bad-usage` where nothing was done, where events were dropped, and for an upstream. */
export function savedScenario(
  served: Served,
  changes: readonly ChangeMade[],
  name: string,
): string {
  refuseUnknown(served);
  const { events } = served.history();
  const found = callsOf(served);
  const windows = windowsOf(events);
  const times = [found.calls, changes, windows].flatMap((list) => list.map(({ at }) => at));
  if (times.length === 0) {
    throw new HarnessError("bad-usage", "nothing was done that a scenario can play", {
      place: "scenario",
      hint: "Start an outage, or let a program of the world ask for a token.",
    });
  }
  const startMs = Math.min(...times);
  const { opening, variables } = openingOf(found.calls);
  const signIns = signInsOf(found.calls);
  const textOf = ({ instance, ...call }: Call): string =>
    callText(variables.get(instance) ?? "", { ...call, user: call.user?.upn });
  const steps: readonly ScriptStep[] = [
    ...signIns.map((call) => ({ atMs: -BEFORE_MS, text: textOf(call) })),
    ...found.calls.map((call) => ({ atMs: since(call, startMs), text: textOf(call) })),
    ...changes.map((made) => ({ atMs: since(made, startMs), text: changeText(made.change) })),
  ];
  const { world, settings } = served;
  return scenarioText({
    name,
    from: "a served simulation",
    imports: [],
    ...(world === undefined ? {} : { world: `const world = ${literal(world)};` }),
    settings,
    flows: [...signIns, ...found.calls].map(({ flow }) => flow),
    faults: windows.map(({ at, window }) => ({ ...window, from: Math.round(at - startMs) })),
    opening,
    steps,
    leftOut:
      found.leftOut === 0
        ? undefined
        : `Left out: ${found.leftOut} token requests that only their program could make again.`,
  });
}

function refuseUnknown(served: Served): void {
  if (served.upstream !== undefined) {
    throw new HarnessError("bad-usage", `its world is that of the upstream ${served.upstream}`, {
      place: "scenario",
      hint: "Make one from the journal: brownout record run.jsonl.",
    });
  }
  const dropped = served.eventsDropped();
  if (dropped === 0) return;
  throw new HarnessError("bad-usage", `${dropped} events are no longer in memory`, {
    place: "scenario",
    hint: "Save it sooner after the start, or make one from the journal: brownout record run.jsonl.",
  });
}

function since({ at }: { readonly at: number }, startMs: number): number {
  return Math.round(at - startMs);
}

/** The windows that were open, each as long as it was. */
function windowsOf(
  events: readonly HistoryEvent[],
): readonly { readonly at: number; readonly window: FaultWindow }[] {
  const ends = new Map<string, number>();
  for (const event of events) if (event.kind === "fault-ended") ends.set(event.window, event.at);
  return events.flatMap((event) => {
    if (event.kind !== "fault-began") return [];
    const endedAt = ends.get(event.window.id);
    const lasts = endedAt === undefined ? event.window.for : Math.round(endedAt - event.at);
    return [{ at: event.at, window: { ...event.window, for: Math.max(1, lasts) } }];
  });
}

interface Call {
  readonly at: number;
  /** Of which instance of which app, in one text. */
  readonly instance: string;
  readonly process: string;
  readonly app: AppRegistration;
  readonly flow: RecordedFlow;
  readonly scopes: readonly string[];
  readonly user: User | undefined;
}

/** A call for each token request, or for each operation that has several like ones. */
function callsOf(served: Served): { readonly calls: readonly Call[]; readonly leftOut: number } {
  const world = served.world ?? contoso;
  const requests = exchangesOf(served.history()).filter(
    ({ began }) => began.endpoint === "token" && began.grant !== undefined,
  );
  const ofOperations = new Set<string>();
  let leftOut = 0;
  const calls = requests.flatMap((exchange): Call[] => {
    const { began } = exchange;
    // Polls of a device code are of one call, whose last one counts.
    if (began.grant === "device_code" && exchange.ended?.issued === undefined) return [];
    const call = callOf(exchange, world);
    if (call === undefined) {
      leftOut += 1;
      return [];
    }
    if (began.operation === undefined) return [call];
    const key = `${began.operation} ${call.flow} ${call.instance}`;
    if (ofOperations.has(key)) return [];
    ofOperations.add(key);
    return [call];
  });
  return {
    calls: calls.slice(0, CALLS_MAX),
    leftOut: leftOut + Math.max(0, calls.length - CALLS_MAX),
  };
}

function callOf({ began, client }: Exchange, world: World): Call | undefined {
  const app = world.tenants
    .flatMap(({ apps }) => apps)
    .find(({ clientId }) => clientId === began.app);
  const flow = app === undefined ? undefined : flowIn(began.grant, app);
  if (app === undefined || flow === undefined) return undefined;
  const user = userIn(began.subject ?? began.user, world);
  if (user === undefined && flow !== "client-credentials") return undefined;
  const scope =
    began.scope ?? (began.form?.["resource"] ?? "").replace(/^(?=.)(.*)$/, "$1/.default");
  return {
    at: began.at,
    instance: `${client} ${app.clientId}`,
    process: client,
    app,
    flow,
    scopes: scopesOf(scope, flow),
    user: flow === "client-credentials" ? undefined : user,
  };
}

function flowIn(grant: string | undefined, app: AppRegistration): RecordedFlow | undefined {
  if (grant === "device_code") return "device-code";
  if (grant === "password") return "password";
  return flowOf(grant, app.redirectUris.some(({ type }) => type === "spa") ? "spa" : "web");
}

/** By home account id, object id or UPN. */
function userIn(name: string | undefined, { tenants }: World): User | undefined {
  const [id = ""] = /^[0-9a-f-]{36}(?=\.)/i.exec(name ?? "") ?? [name];
  const wanted = id.toLowerCase();
  return tenants
    .flatMap(({ users }) => users)
    .find((user) => user.id.toLowerCase() === wanted || user.upn.toLowerCase() === wanted);
}

/** An application for each instance; those of one app are processes of their own. */
function openingOf(calls: readonly Call[]) {
  const variables = new Map<string, string>();
  const byInstance = new Map(calls.map((call) => [call.instance, call]));
  const perApp = Map.groupBy(byInstance.values(), ({ app }) => app.clientId);
  const opening = [...byInstance.values()].map(({ instance, app, process }, index) => {
    const variable = `app${index + 1}`;
    variables.set(instance, variable);
    const isOneOfSeveral = (perApp.get(app.clientId)?.length ?? 0) > 1;
    const options = { app: app.name, ...(isOneOfSeveral ? { process } : {}) };
    return `const ${variable} = await open(${literal(options)});`;
  });
  return { opening, variables };
}

/** Who begins with a refresh had signed in before. */
function signInsOf(calls: readonly Call[]): readonly Call[] {
  const firsts = new Map<string, Call>();
  for (const call of calls) {
    const key = `${call.instance} ${call.user?.id}`;
    if (!firsts.has(key)) firsts.set(key, call);
  }
  return [...firsts.values()]
    .filter(({ flow }) => flow === "silent")
    .map((call) => {
      const isPage = call.app.redirectUris.some(({ type }) => type === "spa");
      return { ...call, flow: isPage ? "popup" : "authorization-code" };
    });
}

function changeText(asked: ChangeMade["change"]): string {
  const person = (name: string): string => `directory.user(${literal(name)})`;
  const more = (value: unknown): string => (value === undefined ? "" : `, ${literal(value)}`);
  switch (asked.change) {
    case "revokeSessions":
      return asked.user === undefined
        ? 'directory.revokeSessions("everyone");'
        : `directory.revokeSessions([${person(asked.user)}]);`;
    case "setGroups":
      return `directory.setGroups(${person(asked.user)}, ${literal(asked.groups)});`;
    case "setLocation":
      return `directory.setLocation(${person(asked.user)}, ${asked.location === undefined ? "undefined" : literal(asked.location)});`;
    case "setPolicy":
      return `directory.setPolicy(${literal(asked.policy)}${more(asked.tenant)});`;
    case "removePolicy":
      return `directory.removePolicy(${literal(asked.name)}${more(asked.tenant)});`;
    case "rotateKeys":
      return `directory.rotateKeys(${asked.overlapMs === undefined ? "" : literal({ overlapMs: asked.overlapMs })});`;
    default:
      return `directory.${asked.change}(${person(asked.user)});`;
  }
}
