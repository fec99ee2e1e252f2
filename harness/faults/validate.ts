/**
 * Checks a fault plan that a person wrote, before anything runs. First the shape, by
 * tables that the compiler compares with the types of `plan.ts`; then what holds between
 * fields, because a window that can never take a request is a mistake, not a calm day.
 */
import { type Endpoint, endpoints } from "../entra/request/endpoint.ts";
import {
  type Check,
  type FieldsOf,
  listOf,
  name,
  object,
  oneOf,
  oneOrMore,
  optional,
  ratio,
  refuse,
  refusingAs,
  show,
} from "../core/shape.ts";
import { checkPages } from "./check-pages.ts";
import { count, durationMs, effect } from "./effect-shape.ts";
import {
  type CapacityEffect,
  type FaultPlan,
  faultSites,
  type FaultSlice,
  type FaultWindow,
  isConnectionEffect,
} from "./plan.ts";

/**
 * The plan, when it is one. Throws `HarnessError("bad-fault-plan")` whose message begins
 * with the path of the wrong field; `place` says where the plan came from (a file, a scenario).
 */
export function checkFaultPlan(plan: unknown, place?: string): FaultPlan {
  return refusingAs({ code: "bad-fault-plan", place }, () => {
    if (!Array.isArray(plan)) refuse("faults", `is ${show(plan)}; it must be a list of windows`);
    const windows = Array.from(plan as unknown[]);
    windows.forEach((found, index) => {
      const place = `faults[${index}]`;
      if (Array.isArray(found))
        refuse(
          place,
          "is a list of windows",
          "Spread it: faults: [...primaryDown({ from, for })].",
        );
      checkWindow(found, place);
    });
    checkIds(windows as FaultWindow[]);
    return plan as FaultPlan;
  });
}

const GRANTS = [
  "client_credentials",
  "authorization_code",
  "refresh_token",
  "on_behalf_of",
  "device_code",
  "password",
  "managed_identity",
];

const grant: Check = (value, path) => {
  // Extension grants are named by a URN: RFC 6749 section 4.5.
  if (typeof value !== "string" || !value.startsWith("urn:")) oneOf(GRANTS)(value, path);
};

const host: Check = (value, path) => {
  name(value, path);
  if (/[/:\s]/.test(value as string)) {
    refuse(path, `is ${show(value)}; it must be a host name without scheme, port and path`);
  }
};

const slice = object({
  tenant: optional(oneOrMore(name)),
  user: optional(oneOrMore(name)),
  grant: optional(oneOrMore(grant)),
  app: optional(oneOrMore(name)),
  host: optional(oneOrMore(host)),
  region: optional(oneOrMore(name)),
} satisfies FieldsOf<FaultSlice>);

const endpointList = listOf(oneOf(endpoints));

const shape = object({
  id: name,
  at: oneOf(faultSites),
  on: (value, path) => {
    if (value === "all") return;
    if (Array.isArray(value)) return endpointList(value, path);
    const isEndpoint = (endpoints as readonly unknown[]).includes(value);
    const hint = isEndpoint ? `Write [${show(value)}].` : undefined;
    refuse(path, `is ${show(value)}; it must be "all" or a list of endpoints`, hint);
  },
  where: optional(slice),
  from: durationMs,
  for: durationMs,
  chance: optional(ratio),
  first: optional(count),
  after: optional(count),
  ramp: optional(object({ from: ratio, to: ratio })),
  preflights: optional(oneOf(["pass", "take", "only"])),
  effect,
} satisfies FieldsOf<FaultWindow>);

function checkWindow(found: unknown, path: string): void {
  shape(found, path);
  const window = found as FaultWindow;
  checkSite(window, path);
  checkMachine(window, path);
  checkPages(window, path);
  if (isConnectionEffect(window.effect)) checkConnectionSlice(window, path);
  if (window.effect.kind === "capacity") checkCapacity(window.effect, `${path}.effect`);
  if (window.effect.kind === "keys-withdrawn") checkKeysWithdrawn(window, path);
}

function checkSite({ at, on, effect: { kind }, effect }: FaultWindow, path: string): void {
  if (at === "dns" && kind !== "dns-failure") {
    const hint = 'Put it at "edge", or use the effect "dns-failure".';
    refuse(`${path}.effect.kind`, `is "${kind}"; at "dns" only "dns-failure" can happen`, hint);
  }
  if (isConnectionEffect(effect) && at === "primary") {
    const hint = 'Put it at "edge".';
    refuse(`${path}.at`, `is "${at}"; clients connect to the edge, so "${kind}" is there`, hint);
  }
  if (on === "all" || at === "machine") return;
  const stray = on.findIndex((endpoint) => isOfApi(endpoint) !== (at === "resource"));
  if (stray < 0 || at === "edge" || at === "dns") return;
  const hint = at === "resource" ? 'Write ["resource"] or "all".' : 'Put it at "resource".';
  refuse(`${path}.on[${stray}]`, `is "${on[stray]}", which is never asked at "${at}"`, hint);
}

/** A machine's endpoint stands by itself: what is wrong with Entra is elsewhere, and the reverse. */
function checkMachine({ at, on, where = {}, effect: { kind } }: FaultWindow, path: string): void {
  const asked = on === "all" ? [] : on;
  const stray = asked.findIndex((endpoint) =>
    at === "machine"
      ? endpoint !== "managed-identity" && endpoint !== "other"
      : endpoint === "managed-identity",
  );
  if (stray >= 0) {
    const hint = at === "machine" ? 'Write ["managed-identity"] or "all".' : 'Put it at "machine".';
    refuse(`${path}.on[${stray}]`, `is "${asked[stray]}", which is never asked at "${at}"`, hint);
  }
  if (at !== "machine") {
    if (kind !== "updating") return;
    const why = 'only the endpoint of a machine answers 404 or 410 while it is "updating"';
    refuse(`${path}.at`, `is "${at}"; ${why}`, 'Put it at "machine".');
  }
  if (kind === "dns-failure" || kind === "keys-withdrawn") {
    const hint = 'Use "refused", or another effect.';
    refuse(`${path}.effect.kind`, `is "${kind}", which cannot happen at "machine"`, hint);
  }
  for (const field of ["tenant", "user", "grant", "region"] as const) {
    if (where[field] === undefined) continue;
    const why = "a request to a machine's endpoint does not name one";
    refuse(
      `${path}.where.${field}`,
      `cannot narrow a window at "machine": ${why}`,
      "Slice by host, or by the app of a user-assigned identity.",
    );
  }
}

/** UserInfo is Microsoft Graph's, not the token service's. */
function isOfApi(endpoint: Endpoint): boolean {
  return endpoint === "resource" || endpoint === "userinfo";
}

function checkConnectionSlice({ where = {}, effect: { kind } }: FaultWindow, path: string): void {
  for (const field of ["grant", "app", "user"] as const) {
    if (where[field] === undefined) continue;
    const why = "no body exists yet when a connection is made";
    const hint = "Slice it by tenant, host or region, or use another effect.";
    refuse(`${path}.where.${field}`, `cannot narrow "${kind}": ${why}`, hint);
  }
}

function checkCapacity({ requests, collapsesTo }: CapacityEffect, path: string): void {
  if (collapsesTo === 0 || collapsesTo * requests >= 1) return;
  const left = `is ${collapsesTo}, which of ${requests} requests leaves less than one`;
  const hint = "Write 0 for a service that then serves nobody, or count over a longer perMs.";
  refuse(`${path}.collapsesTo`, left, hint);
}

function checkKeysWithdrawn({ at, on }: FaultWindow, path: string): void {
  if (on === "all" || on.some((endpoint) => endpoint !== "keys")) {
    refuse(`${path}.on`, 'must be ["keys"]: only the key set can lose a key ("keys-withdrawn")');
  }
  if (at === "resource") {
    refuse(`${path}.at`, 'is "resource"; "keys-withdrawn" changes what Entra publishes');
  }
}

function checkIds(windows: readonly FaultWindow[]): void {
  const seen = new Map<string, number>();
  windows.forEach(({ id }, index) => {
    const earlier = seen.get(id);
    if (earlier !== undefined) {
      refuse(`faults[${index}].id`, `is ${show(id)}, the id of faults[${earlier}]; ids are unique`);
    }
    seen.set(id, index);
  });
}
