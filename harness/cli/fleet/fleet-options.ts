/** What `brownout fleet` takes, and the plan that it asks for. */
import {
  bareBehaviour,
  type Behaviour,
  type FailureKind,
  failureKinds,
} from "../../clients/behaviour/behaviour.ts";
import {
  type NamedPolicy,
  namedPolicies,
  retryPolicyOf,
} from "../../clients/behaviour/retry-policy.ts";
import { HarnessError } from "../../core/errors.ts";
import { parseDuration } from "../../core/time/parse-duration.ts";
import { baseLoadOf, type FleetPlan, type FleetRetryAfter } from "../../runner/fleet/fleet-plan.ts";
import { type FleetFlow, fleetFlows } from "../../runner/fleet/learn-behaviour.ts";
import { type Arguments, chosenValue, type Options } from "../arguments.ts";

/** The options of `brownout fleet`. */
export const fleetOptions = {
  clients: { value: "N", says: "how many clients share the service (default: 100000)" },
  client: {
    value: "NAME",
    says: "a client whose behaviour is read off runs of it, such as msal-node; default: bare, code that asks the token endpoint itself",
  },
  flow: { value: "FLOW", says: "client-credentials or managed-identity (default: the former)" },
  policy: {
    value: "NAME,…",
    says: `when applications call again after a failed call: ${[...namedPolicies.keys()].join(", ")}, every:DURATION (default: all named ones)`,
  },
  "calls-every": { value: "DURATION", says: "how often an application calls (default: 1m)" },
  "token-lifetime": { value: "DURATION", says: "how long a token is valid (default: 1h)" },
  outage: { value: "DURATION", says: "how long the service is down (default: 15m)" },
  "outage-answers": {
    value: "HOW",
    says: `what callers see meanwhile: ${failureKinds.join(", ")} (default: unavailable)`,
  },
  capacity: {
    value: "N",
    says: "requests that the service serves in a second, or a multiple of what the fleet sends while all is well (default: 2x)",
  },
  queue: {
    value: "DURATION",
    says: "a request that would wait longer is rejected; or unbounded (default: 20s)",
  },
  timeout: { value: "DURATION", says: "when callers hang up, or never (default: 30s)" },
  "rejects-with": {
    value: "HOW",
    says: "what a rejected caller sees: throttled, unavailable or gateway (default: unavailable)",
  },
  "retry-after": {
    value: "WHAT",
    says: "the Retry-After of rejections: none, a duration for all, or slots:DURATION for each its own time within it (default: none)",
  },
  ramp: {
    value: "DURATION",
    says: "how long the capacity takes to come back after the outage (default: 0s)",
  },
  for: {
    value: "DURATION",
    says: "how long the service is watched after the outage (default: 6h)",
  },
  "back-within": {
    value: "DURATION",
    says: "exit with 1 unless the fleet is back within this time under each policy",
  },
  seed: { value: "SEED", says: "seed of all chance (default: 1)" },
  json: { says: "print the result as JSON" },
} as const satisfies Options;

/** A fleet to play under several policies. */
export interface FleetRequest {
  readonly client: string;
  readonly flow: FleetFlow;
  readonly policies: readonly NamedPolicy[];
  readonly backWithinMs?: number;
  /** The plan of a client that behaves so, under a policy. */
  readonly planFor: (behaviour: Behaviour, policy: NamedPolicy) => FleetPlan;
}

type Values = Arguments<typeof fleetOptions>["values"];

/** Reads the options; throws `bad-usage` for what cannot be. */
export function readFleet({
  values,
  positionals,
}: Pick<Arguments<typeof fleetOptions>, "values" | "positionals">): FleetRequest {
  if (positionals.length > 0) {
    throw new HarnessError("bad-usage", `fleet takes no names, found "${positionals.join(" ")}"`, {
      hint: "A client is named by --client, a retry policy by --policy.",
    });
  }
  const policies = values.policy?.split(",") ?? [...namedPolicies.keys()];
  const backWithin = values["back-within"];
  const shape = readShape(values);
  const capacity = readCapacity(values.capacity ?? "2x");
  return {
    client: values.client ?? bareBehaviour.name,
    flow: chosenValue(
      { command: "fleet", option: "flow" },
      values.flow ?? "client-credentials",
      fleetFlows,
    ),
    policies: policies.map((name) => retryPolicyOf(name.trim())),
    ...(backWithin === undefined
      ? {}
      : { backWithinMs: parseDuration(backWithin, "--back-within") }),
    planFor(behaviour, { policy }) {
      const { service, ...fleet } = { ...shape, behaviour, policy };
      const perSecond = capacity.isMultiple ? capacity.figure * baseLoadOf(fleet) : capacity.figure;
      return { ...fleet, service: { ...service, perSecond } };
    },
  };
}

type Shape = Omit<FleetPlan, "behaviour" | "policy" | "service"> & {
  readonly service: Omit<FleetPlan["service"], "perSecond">;
};

function readShape(values: Values): Shape {
  const length = (name: keyof typeof fleetOptions, usual: string): number => {
    const given = values[name];
    return positive(parseDuration(typeof given === "string" ? given : usual, `--${name}`), name);
  };
  const tokenLifetimeMs = length("token-lifetime", "1h");
  // The fleet is in its usual state for the life of a token first.
  const fromMs = tokenLifetimeMs;
  const forMs = length("outage", "15m");
  const answers = chosenValue(
    { command: "fleet", option: "outage-answers" },
    values["outage-answers"] ?? "unavailable",
    failureKinds,
  );
  return {
    clients: readClients(values.clients ?? "100000"),
    callsEveryMs: length("calls-every", "1m"),
    tokenLifetimeMs,
    patienceMs: orInfinity("timeout", values.timeout ?? "30s", "never"),
    begins: "spread",
    untilMs: fromMs + forMs + length("for", "6h"),
    seed: values.seed ?? "1",
    service: {
      longestWaitMs: orInfinity("queue", values.queue ?? "20s", "unbounded"),
      rejectsWith: chosenValue(
        { command: "fleet", option: "rejects-with" },
        values["rejects-with"] ?? "unavailable",
        rejections,
      ),
      retryAfter: readRetryAfter(values["retry-after"] ?? "none"),
      outages: [{ fromMs, forMs, answers }],
      rampMs: parseDuration(values.ramp ?? "0s", "--ramp"),
    },
  };
}

const rejections = [
  "throttled",
  "unavailable",
  "gateway",
] as const satisfies readonly FailureKind[];

function readClients(text: string): number {
  if (/^[1-9]\d{0,7}$/.test(text)) return Number(text);
  throw new HarnessError("bad-usage", `--clients is "${text}"`, {
    hint: "Write a whole number from 1 to 99999999, such as --clients 100000.",
  });
}

function readCapacity(text: string): { readonly figure: number; readonly isMultiple: boolean } {
  const [, figure, times] = /^(\d+(?:\.\d+)?)(x?)$/.exec(text) ?? [];
  if (figure !== undefined && Number(figure) > 0)
    return { figure: Number(figure), isMultiple: times === "x" };
  throw new HarnessError("bad-usage", `--capacity is "${text}"`, {
    hint: "Write requests a second, such as --capacity 50, or a multiple of the usual load, such as --capacity 2x.",
  });
}

function readRetryAfter(text: string): FleetRetryAfter {
  if (text === "none") return { kind: "none" };
  const [, within] = /^slots:(.+)$/.exec(text) ?? [];
  if (within !== undefined) {
    const withinMs = positive(parseDuration(within, "--retry-after"), "retry-after");
    return { kind: "slots", withinMs };
  }
  return {
    kind: "fixed",
    afterMs: positive(parseDuration(text, "--retry-after"), "retry-after"),
  };
}

function orInfinity(name: "queue" | "timeout", text: string, word: string): number {
  return text === word ? Infinity : parseDuration(text, `--${name}`);
}

function positive(ms: number, name: string): number {
  if (ms > 0) return ms;
  throw new HarnessError("bad-usage", `--${name} is 0`, { hint: "Write a time above 0." });
}
