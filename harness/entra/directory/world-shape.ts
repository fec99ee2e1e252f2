/**
 * What a world may look like: a row a field, which the compiler compares with the types of
 * `world.ts`. A world may come from a file that no compiler has seen. What holds between
 * fields is `check-world.ts`.
 */
import {
  anyListOf,
  type Check,
  type FieldsOf,
  flag,
  listOf,
  name,
  object,
  oneOf,
  optional,
  refuse,
  show,
  text,
  whole,
} from "../../core/shape.ts";
import { suggestNames } from "../../core/errors.ts";
import { loginClouds } from "./clouds.ts";
import { defaultServiceSettings } from "./settings.ts";
import {
  type AppRegistration,
  type ClientSecret,
  type ConditionalAccessPolicy,
  type Device,
  type Machine,
  machineSources,
  type ManagedIdentity,
  type ProtectedResource,
  type SamlRegistration,
  type Tenant,
  type User,
  type World,
} from "./world.ts";

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An id as Entra writes it. */
export const guid: Check = (value, path) => {
  if (typeof value === "string" && GUID.test(value)) return;
  refuse(path, `is ${show(value)}; it must be a GUID in lower case`);
};

/** The kinds of apps that a person registers; a managed identity comes with its machine. */
export const registeredKinds = ["spa", "web", "native", "daemon", "api"] as const;

const names = anyListOf(name);
/** A mark that is `true` or absent. */
export const mark = optional((value, path) => {
  if (value !== true) refuse(path, `is ${show(value)}; write true, or leave it out`);
});
const instantMs = whole(0, Number.MAX_SAFE_INTEGER);

const user = object({
  id: guid,
  upn: name,
  name,
  password: name,
  kind: oneOf(["member", "guest"]),
  homeTenant: optional(text),
  homeId: optional(guid),
  devices: names,
  disabled: mark,
  groups: optional(names),
  roles: optional(names),
  signsInWith: optional(oneOf(["password", "certificate"])),
} satisfies FieldsOf<User>);

const device = object({
  id: guid,
  name,
  platform: oneOf(["windows", "macos", "linux", "ios", "android"]),
} satisfies FieldsOf<Device>);

const secret = object({
  value: name,
  expiresAt: optional(instantMs),
} satisfies FieldsOf<ClientSecret>);

const saml = object({
  identifiers: names,
  replyUrls: names,
  relayState: optional(text),
  sign: oneOf(["assertion", "response", "both"]),
  certificate: text,
  privateKey: text,
  requestCertificates: optional(anyListOf(text)),
} satisfies FieldsOf<SamlRegistration>);

const managedIdentity = object({
  assigned: oneOf(["system", "user"]),
  resourceId: name,
} satisfies FieldsOf<ManagedIdentity>);

const roles: Check = (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    refuse(path, `is ${show(value)}; it must be an object of lists, by resource`);
  for (const [resource, granted] of Object.entries(value as object))
    names(granted, `${path}["${resource}"]`);
};

const app = object({
  name,
  clientId: guid,
  servicePrincipalId: guid,
  kind: oneOf([...registeredKinds, "managed-identity"]),
  managedIdentity: optional(managedIdentity),
  multiTenant: mark,
  firstParty: mark,
  redirectUris: anyListOf(object({ type: oneOf(["spa", "web", "native"]), uri: name })),
  secrets: anyListOf(secret),
  certificates: anyListOf(text),
  delegated: names,
  appRoles: roles,
  saml: optional(saml),
} satisfies FieldsOf<AppRegistration>);

/** `"all"`, or a list of ids. */
const everyone: Check = (value, path) => {
  if (value === "all") return;
  if (!Array.isArray(value)) refuse(path, `is ${show(value)}; it must be "all" or a list`);
  names(value, path);
};

/** A Conditional Access policy. */
export const policyShape = object({
  name,
  state: oneOf(["enabled", "report-only", "disabled"]),
  users: object({ include: everyone, groups: names, roles: names }),
  apps: everyone,
  conditions: anyListOf(oneOf(["sign-in-risk", "user-risk", "location"])),
  controls: anyListOf(oneOf(["mfa", "compliant-device", "authentication-strength"])),
  signInFrequencyHours: optional((value, path) => {
    if (typeof value !== "number" || !(value > 0))
      refuse(path, `is ${show(value)}; it must be a number of hours`);
  }),
  classic: mark,
  resilienceDefaults: oneOf(["enabled", "disabled"]),
  enabledAtMs: optional(instantMs),
} satisfies FieldsOf<ConditionalAccessPolicy>);

const tenant = object({
  id: guid,
  name,
  domains: names,
  users: anyListOf(user),
  devices: anyListOf(device),
  apps: anyListOf(app),
  region: name,
  kind: optional(oneOf(["b2c"])),
  cloud: optional(oneOf(loginClouds.map((cloud) => cloud.name))),
  policies: optional(anyListOf(policyShape)),
} satisfies FieldsOf<Tenant>);

const resource = object({
  name,
  identifierUri: name,
  appId: guid,
  tokenVersion: oneOf(["1.0", "2.0"]),
  hosts: names,
  scopes: names,
  cae: flag,
} satisfies FieldsOf<ProtectedResource>);

const machine = object({
  name,
  source: oneOf(machineSources),
  region: name,
  cloud: optional(
    oneOf(["commercial", "government", "government-secret", "government-top-secret", "21vianet"]),
  ),
  tenant: name,
  identities: names,
  podIdentity: mark,
} satisfies FieldsOf<Machine>);

/** Every setting, and no other; what each may say is `check-settings.ts`. */
const settings: Check = (value, path) => {
  const hint = "Begin with the defaults: settings: { ...defaultServiceSettings }, from brownout.";
  if (typeof value !== "object" || value === null)
    refuse(path, value === undefined ? "is missing" : `is ${show(value)}`, hint);
  checkSettingNames(value, path);
  for (const known of Object.keys(defaultServiceSettings))
    if ((value as Readonly<Record<string, unknown>>)[known] === undefined)
      refuse(`${path}.${known}`, "is missing", hint);
};

/** Refuses the name of a setting that there is not. */
export function checkSettingNames(value: object, path: string): void {
  const known = Object.keys(defaultServiceSettings);
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const hint = suggestNames(key, known, `There are ${known.join(", ")}.`);
    refuse(`${path}.${key}`, "is no setting", hint);
  }
}

const fields = {
  name,
  tenants: listOf(tenant),
  resources: anyListOf(resource),
  settings,
  machines: optional(anyListOf(machine)),
} satisfies FieldsOf<World>;

/** A whole world; what it is found at is called `world`. */
export const worldShape: Check = (value, path) => {
  // An optional row is given `settings` also when it is absent: its hint says how to begin.
  object({ ...fields, settings: optional(settings) })(value, path);
  settings((value as { readonly settings?: unknown }).settings, `${path}.settings`);
};
