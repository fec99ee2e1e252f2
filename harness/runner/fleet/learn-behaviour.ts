/**
 * Reads off a real client what a model of it needs: it is run against the simulator for each way of
 * failing, and its requests are counted. Each time is looked for in steps of seconds, and then again
 * in steps of `FINE_MS` around what was found.
 */
import type { Application } from "../../clients/application.ts";
import {
  type Behaviour,
  type FailureKind,
  failureKinds,
  type FailureResponse,
} from "../../clients/behaviour/behaviour.ts";
import type { ClientUnderTest, TokenRequest } from "../../clients/client.ts";
import { HarnessError } from "../../core/errors.ts";
import { hours, minutes, seconds } from "../../core/time/duration.ts";
import type { FaultEffect, FaultWindow, RetryAfter } from "../../faults/plan.ts";
import type { History } from "../../history/event.ts";
import { type Exchange, exchangesOf, operationsOf } from "../../rules/model/exchanges.ts";
import { runScenario } from "../run.ts";
import { defineScenario, type OpenApplication, type Scenario } from "../scenario.ts";

/** How a fleet's applications get their tokens. */
export const fleetFlows = ["client-credentials", "managed-identity"] as const;

/** One of `fleetFlows`. */
export type FleetFlow = (typeof fleetFlows)[number];

interface Way {
  readonly open: OpenApplication;
  readonly request: TokenRequest;
  readonly where: Pick<FaultWindow, "at" | "on">;
}

const scopes = ["https://graph.microsoft.com/.default"];

/** How an application of each flow is opened, what it asks for, and where its token requests can fail. */
export const ways: Readonly<Record<FleetFlow, Way>> = {
  "client-credentials": {
    open: { app: "nightly-daemon" },
    request: { flow: "client-credentials", scopes },
    where: { at: "primary", on: ["token"] },
  },
  "managed-identity": {
    open: { app: "web-vm-identity", machine: "web-vm" },
    request: { flow: "managed-identity", scopes },
    where: { at: "machine", on: ["managed-identity"] },
  },
};

const LIFETIME_MS = hours(1);
/** The first token has expired, and the call meets the fault. */
const FAILS_AT_MS = LIFETIME_MS + minutes(2);
/** How long a call may take, and how long it is watched afterwards. */
const PATIENCE_MS = minutes(5);
const WATCHED_MS = minutes(5);
const STEP_MS = seconds(1);
const RENEWAL_STEP_MS = seconds(10);
const FINE_MS = 100;
/** A Retry-After that no client waits for by itself. */
const RETRY_AFTER_S = 97;

/** The settings of a run whose tokens all live that long. */
export function fleetSettings(lifetimeMs: number): NonNullable<Scenario["settings"]> {
  const lifetimeSeconds = lifetimeMs / 1_000;
  return {
    appTokenLifetimeSeconds: lifetimeSeconds,
    managedIdentityTokenSeconds: lifetimeSeconds,
    // The machine's endpoint keeps no token, and has enough for many programs on it.
    managedIdentityCacheSeconds: 0,
    imdsRequestsPerSecondMax: 1_000,
    imdsConcurrentRequestsMax: 1_000,
    refreshIn: "never",
  };
}

/** The windows of a failure, in a run of its own or among others. */
export function failureWindow(
  flow: FleetFlow,
  kind: FailureKind,
  window: {
    readonly id: string;
    readonly from: number;
    readonly for: number;
    retryAfter?: RetryAfter;
  },
): FaultWindow {
  const { retryAfter = { form: "absent" }, ...when } = window;
  const { where } = ways[flow];
  const at = kind === "unreachable" && flow === "client-credentials" ? "edge" : where.at;
  return { ...where, ...when, at, effect: effectOf(kind, retryAfter) };
}

function effectOf(kind: FailureKind, retryAfter: RetryAfter): FaultEffect {
  switch (kind) {
    case "throttled":
      return { kind: "throttle", retryAfter, body: { form: "aadsts", code: 90055 } };
    case "unavailable":
      return {
        kind: "server-error",
        status: 503,
        retryAfter,
        body: { form: "aadsts", code: 90033 },
      };
    case "gateway":
      return {
        kind: "server-error",
        status: 503,
        retryAfter,
        body: { form: "html", title: "Service Unavailable" },
      };
    case "unreachable":
      return { kind: "refused" };
    case "timed-out":
      return { kind: "hang" };
  }
}

/**
 * What the client does, by runs of it. Rejects with `bad-usage` for a client without such a flow or
 * that is a page or another program, and with `bad-scenario` when it gets no token while all is well.
 *
 * @example
 * const behaviour = await learnBehaviour(await loadClient("msal-node"), "client-credentials");
 */
export async function learnBehaviour(client: ClientUnderTest, flow: FleetFlow): Promise<Behaviour> {
  if (!client.flows.includes(flow) || client.inBrowser === true || client.isProgram === true) {
    throw new HarnessError(
      "bad-usage",
      `${client.name} cannot be asked for tokens by ${flow} here`,
      {
        place: client.name,
        hint: `A fleet takes clients of Node with the flow ${flow}, such as msal-node.`,
      },
    );
  }
  const play = async (scenario: Scenario): Promise<History> =>
    (await runScenario(scenario, { client, mount: "direct", seed: "1" })).history;
  const measure = async (kind: FailureKind, retryAfterSeconds?: number) => {
    const coarse = responseIn(await play(failureProbe(flow, kind, { retryAfterSeconds })));
    if (coarse.holdsMs === 0 || coarse.holdsMs >= WATCHED_MS) return coarse;
    const fine = { fromMs: coarse.holdsMs - STEP_MS, stepMs: FINE_MS, retryAfterSeconds };
    return responseIn(await play(failureProbe(flow, kind, fine)));
  };
  const answers = new Map<FailureKind, FailureResponse>();
  for (const kind of failureKinds) {
    const plain = await measure(kind);
    const waiting = hasHeader(kind) ? await measure(kind, RETRY_AFTER_S) : plain;
    answers.set(kind, { ...plain, honoursRetryAfter: waiting.holdsMs >= seconds(RETRY_AFTER_S) });
  }
  const coarse = renewsBefore(
    await play(renewalProbe(flow, { fromMs: 0, stepMs: RENEWAL_STEP_MS })),
  );
  const fromMs = LIFETIME_MS - coarse - RENEWAL_STEP_MS;
  return {
    name: `${client.name} ${client.version}`,
    renewsBeforeMs: renewsBefore(await play(renewalProbe(flow, { fromMs, stepMs: FINE_MS }))),
    onFailure: Object.fromEntries(answers) as Behaviour["onFailure"],
  };
}

function hasHeader(kind: FailureKind): boolean {
  return kind !== "unreachable" && kind !== "timed-out";
}

function probe(
  flow: FleetFlow,
  name: string,
  {
    faults,
    script,
  }: Pick<Scenario, "faults"> & {
    script: (application: Application, clock: Clock) => Promise<void>;
  },
): Scenario {
  const text = "Measures a client for the model of a fleet.";
  return defineScenario({
    name,
    title: text,
    story: { standsFor: text, asserts: text, failureMeans: text, fix: text },
    needs: [flow],
    asserts: [],
    settings: fleetSettings(LIFETIME_MS),
    faults,
    script: async (context) => {
      await script(await context.open(ways[flow].open), context.clock);
    },
  });
}

type Clock = Parameters<Parameters<typeof defineScenario>[0]["script"]>[0]["clock"];

/** Asks around the time at which the first token ends. */
function renewalProbe(
  flow: FleetFlow,
  { fromMs, stepMs }: { readonly fromMs: number; readonly stepMs: number },
): Scenario {
  return probe(flow, "fleet-renewal", {
    faults: [],
    script: async (application, clock) => {
      const began = clock.elapsed();
      await application.acquire(ways[flow].request);
      for (let atMs = fromMs; atMs <= LIFETIME_MS + minutes(1); atMs += stepMs) {
        await clock.until(began + atMs);
        const result = await application.attempt(ways[flow].request);
        if (atMs > 0 && !(result instanceof Error) && result.fromCache === false) return;
      }
    },
  });
}

/** One call that fails, and then others until one of them sends a request. */
function failureProbe(
  flow: FleetFlow,
  kind: FailureKind,
  {
    fromMs = 0,
    stepMs = STEP_MS,
    retryAfterSeconds,
  }: {
    readonly fromMs?: number;
    readonly stepMs?: number;
    readonly retryAfterSeconds?: number | undefined;
  },
): Scenario {
  const fault = failureWindow(flow, kind, {
    id: kind,
    from: FAILS_AT_MS - minutes(1),
    for: hours(1),
    ...(retryAfterSeconds === undefined
      ? {}
      : { retryAfter: { form: "seconds", seconds: retryAfterSeconds } }),
  });
  const untilMs = stepMs === STEP_MS ? WATCHED_MS : fromMs + 2 * STEP_MS;
  return probe(flow, `fleet-${kind}`, {
    faults: [fault],
    script: async (application, clock) => {
      const { request } = ways[flow];
      await application.acquire(request);
      await clock.until(FAILS_AT_MS);
      await application.attempt({ ...request, timeoutMs: PATIENCE_MS });
      const endedMs = clock.elapsed();
      for (let afterMs = fromMs; afterMs <= untilMs; afterMs += stepMs) {
        await clock.until(endedMs + afterMs);
        await application.attempt({ ...request, timeoutMs: stepMs / 2 });
      }
    },
  });
}

/** The requests for tokens; discovery is not one. */
function tokenRequestsIn(history: History): readonly Exchange[] {
  return exchangesOf(history).filter(isTokenRequest);
}

/** Whether a request asks for a token; discovery does not. */
export function isTokenRequest({ began }: Exchange): boolean {
  return began.endpoint === "token" || began.endpoint === "managed-identity";
}

function renewsBefore(history: History): number {
  const [first, second] = tokenRequestsIn(history);
  const expiresAt = first?.ended?.issued?.token?.expiresAt;
  if (first === undefined || expiresAt === undefined) {
    throw new HarnessError("bad-scenario", "the client got no token while all was well", {
      place: history.header.client.name,
    });
  }
  return second === undefined ? 0 : Math.max(0, expiresAt - second.began.at);
}

/** The retries of the call that failed first, and how long later calls sent nothing. */
function responseIn(history: History): Omit<FailureResponse, "honoursRetryAfter"> {
  const [failing, ...later] = operationsOf(history).filter(
    ({ invoked }) => invoked.at >= history.header.startedAt + FAILS_AT_MS,
  );
  const sent = (failing?.exchanges ?? []).filter(isTokenRequest);
  const retriesAfterMs = sent.slice(1).map(({ began }, index) => {
    const before = sent[index];
    return began.at - (before?.ended?.at ?? before?.began.at ?? began.at);
  });
  const endedAt = failing?.completed?.at ?? 0;
  const next = later.find(({ exchanges }) => exchanges.some(isTokenRequest));
  return { retriesAfterMs, holdsMs: next === undefined ? WATCHED_MS : next.invoked.at - endedAt };
}
