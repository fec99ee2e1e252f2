/**
 * Checks a registration that a person wrote, before it is judged: the shape, by tables that
 * the compiler compares with `registration.ts`, then what holds between fields.
 */
import { clouds, flowKinds } from "../backup/edition.ts";
import { grantControls, policyConditions, sessionControls } from "../backup/policy-table.ts";
import { parseJson } from "../../core/json.ts";
import {
  type Check,
  type FieldsOf,
  flag,
  listOf,
  name,
  object,
  oneOf,
  optional,
  refuse,
  refusingAs,
  show,
  text,
  whole,
} from "../../core/shape.ts";
import {
  appKinds,
  flowsOf,
  type PolicyRegistration,
  policyStates,
  type Registration,
  resilienceDefaults,
} from "./registration.ts";

/** The registration in `json`; `bad-registration` about `place`, with the path of the wrong field. */
export function parseRegistration(json: string, place: string): Registration {
  const hint = "What it may hold is in schemas/coverage-app.json of the package.";
  return checkRegistration(parseJson(json, { code: "bad-registration", place, hint }), place);
}

/** The registration, when it is one; else as `parseRegistration`. */
export function checkRegistration(found: unknown, place?: string): Registration {
  return refusingAs({ code: "bad-registration", place }, () => {
    shape(found, "app");
    const registration = found as Registration;
    checkFlows(registration);
    checkNativeFields(registration);
    checkUsers(registration);
    return registration;
  });
}

const host: Check = (value, path) => {
  name(value, path);
  if (/[/:\s]/.test(value as string)) {
    const hint = "For example login.microsoftonline.com.";
    refuse(path, `is ${show(value)}; it must be a host name without scheme, port and path`, hint);
  }
};

/** A list without repetitions; it may be empty. */
function setOf(check: Check): Check {
  const list = listOf(check);
  return (value, path) => {
    if (Array.isArray(value) && value.length === 0) return;
    list(value, path);
    const entries = value as readonly unknown[];
    const twice = entries.findIndex((entry, index) => entries.indexOf(entry) !== index);
    if (twice >= 0) refuse(`${path}[${twice}]`, `is ${show(entries[twice])}, which stands twice`);
  };
}

const policy = object({
  name,
  state: oneOf(policyStates),
  resilienceDefaults: optional(oneOf(resilienceDefaults)),
  conditions: optional(setOf(oneOf(policyConditions))),
  grantControls: optional(setOf(oneOf(grantControls))),
  sessionControls: optional(setOf(oneOf(sessionControls))),
  classic: optional(flag),
} satisfies FieldsOf<PolicyRegistration>);

const flows: Check = (value, path) => {
  if (Array.isArray(value) && value.length === 0) refuse(path, "is an empty list; name a flow");
  setOf(oneOf(flowKinds))(value, path);
};

const shape = object({
  $schema: optional(text),
  name,
  kind: oneOf(appKinds),
  flows,
  cloud: oneOf(clouds),
  host: optional(host),
  scopes: optional(object({ dynamicConsent: flag, names: optional(setOf(name)) })),
  tokenCache: optional(object({ persisted: flag, days: optional(whole(0, 36_500)) })),
  silentFirst: optional(flag),
  usesUserInfo: optional(flag),
  users: optional(object({ members: flag, guests: flag, b2c: flag })),
  certificateSignIn: optional(flag),
  policies: optional(policyList),
} satisfies FieldsOf<Registration>);

function policyList(value: unknown, path: string): void {
  if (Array.isArray(value) && value.length === 0) return;
  listOf(policy)(value, path);
}

function checkFlows({ kind, flows: used }: Registration): void {
  const stray = used.findIndex((flow) => !flowsOf[kind].includes(flow));
  if (stray < 0) return;
  const allowed = flowsOf[kind].map(show).join(", ");
  refuse(
    `app.flows[${stray}]`,
    `is ${show(used[stray])}, which the kind ${show(kind)} does not use; allowed: ${allowed}`,
    "Describe an application of two kinds in two files.",
  );
}

function checkNativeFields(registration: Registration): void {
  if (!registration.flows.includes("native-refresh")) return;
  for (const field of ["scopes", "tokenCache", "silentFirst"] as const) {
    if (registration[field] !== undefined) continue;
    refuse(`app.${field}`, 'is missing; with the flow "native-refresh" the answer hangs on it');
  }
}

function checkUsers({ users }: Registration): void {
  if (users === undefined || users.members || users.guests || users.b2c) return;
  refuse("app.users", "names nobody: members, guests and b2c are all false");
}
