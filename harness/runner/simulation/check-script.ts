/**
 * Checks what a script asks for, when it asks: a misspelt option must not silently open another
 * application, whose findings would be false.
 */
import type { ClientUnderTest, TokenRequest } from "../../clients/client.ts";
import type { AppRegistration } from "../../entra/directory/world.ts";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import { flows } from "../../history/event.ts";
import { isServedHost, servedHosts } from "../../network/served-hosts.ts";
import type { OpenApplication } from "../scenario.ts";

const openFields = [
  "app",
  "tenant",
  "credential",
  "cache",
  "browser",
  "capabilities",
  "host",
  "machine",
  "identifiedBy",
] as const satisfies readonly (keyof OpenApplication)[];

const requestFields = [
  "flow",
  "scopes",
  "user",
  "credential",
  "claims",
  "forceRefresh",
  "prompt",
  "region",
  "tab",
  "timeoutMs",
] as const satisfies readonly (keyof TokenRequest)[];

/** Throws `bad-scenario` for options of `open` that do not exist. */
export function checkOpen(wanted: OpenApplication): void {
  const fields = asRecord(wanted, "open", 'Name an app of the world: open({ app: "portal" }).');
  checkNames(fields, openFields, "open");
  oneOf(fields, "cache", ["memory", "session", "persisted"], "open");
  oneOf(fields, "credential", ["secret", "certificate"], "open");
  oneOf(fields, "identifiedBy", ["clientId", "objectId", "resourceId"], "open");
  const { host } = wanted;
  if (host === undefined || isServedHost(host)) return;
  throw bad(
    "open.host",
    `"${host}" is not simulated`,
    suggestNames(host, servedHosts, "Write a login host, such as login.microsoftonline.us."),
  );
}

/** Throws `bad-scenario` unless a managed identity, and nothing else, is opened on a machine. */
export function checkMachine(
  { machine }: OpenApplication,
  app: AppRegistration,
  client: ClientUnderTest,
): void {
  const isIdentity = app.kind === "managed-identity";
  if (isIdentity && machine === undefined) {
    const hint = 'Say where it runs: open({ app: "web-vm-identity", machine: "web-vm" }).';
    throw bad("open.machine", `${app.name} is a managed identity, which exists on a machine`, hint);
  }
  if (machine === undefined) return;
  if (!isIdentity) {
    const hint = "Leave the machine away, or open a managed identity.";
    throw bad("open.machine", `${app.name} is a ${app.kind} app, not a managed identity`, hint);
  }
  if (client.flows.includes("managed-identity")) return;
  const hint = "Run it with --client msal-node or azure-identity.";
  throw bad("open.machine", `${client.name} knows no managed identities`, hint);
}

/** Throws `bad-scenario` for a request without scopes, or with a user who is not of the world. */
export function checkRequest(request: TokenRequest, application: string): void {
  const place = `${application}.acquire`;
  const fields = asRecord(request, place, "A request names its flow and scopes.");
  checkNames(fields, requestFields, place);
  oneOf({ flow: "", ...fields }, "flow", flows, place);
  if (!Array.isArray(fields["scopes"])) {
    throw bad(`${place}.scopes`, "expected a list of scopes", 'Such as ["User.Read"].');
  }
  const { user } = request;
  if (user !== undefined && (typeof user !== "object" || typeof user.upn !== "string")) {
    throw bad(`${place}.user`, "expected a user of the world", 'Ask for one: world.user("adele").');
  }
}

/** Throws `bad-scenario` unless `operate` was given a name and a function. */
export function checkOperate(name: unknown, call: unknown): void {
  if (typeof name === "string" && name !== "" && typeof call === "function") return;
  throw bad(
    "operate",
    "expected a name and a function",
    'Such as operate("my-app", () => getToken()).',
  );
}

/** Ten times what a thousand clients make that all call at one moment. */
const EVENTS_AT_ONCE_MAX = 40_000;

/** More than a thousand clients make that call every half hour for 72 hours. */
const EVENTS_MAX = 1_000_000;

/** Throws `stuck` when a history has grown too long: the script has an endless loop. */
export function checkLength(events: readonly { readonly at: number }[]): void {
  const now = events.at(-1)?.at;
  const isStill = now !== undefined && events.at(-EVENTS_AT_ONCE_MAX)?.at === now;
  if (isStill) {
    throw new HarnessError(
      "stuck",
      `the script has made ${EVENTS_AT_ONCE_MAX} events at one moment and still calls`,
      {
        hint: "Let time pass in the loop: await clock.sleep(seconds(20)).",
      },
    );
  }
  if (events.length < EVENTS_MAX) return;
  throw new HarnessError("stuck", `the script has made ${EVENTS_MAX} events and still calls`, {
    hint: "Let it end: loop until a time on the clock, or a number of calls.",
  });
}

function asRecord(value: unknown, place: string, hint: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw bad(place, "expected an object", hint);
}

function checkNames(
  fields: Readonly<Record<string, unknown>>,
  known: readonly string[],
  place: string,
): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw bad(
    `${place}.${unknown}`,
    "there is no such field",
    suggestNames(unknown, known, `There are ${known.join(", ")}.`),
  );
}

function oneOf(
  fields: Readonly<Record<string, unknown>>,
  name: string,
  known: readonly string[],
  place: string,
): void {
  const value = fields[name];
  if (value === undefined || known.includes(value as string)) return;
  const found = typeof value === "string" ? `"${value}"` : `a ${typeof value}`;
  throw bad(
    `${place}.${name}`,
    `${found} is none of ${known.join(", ")}`,
    typeof value === "string" ? suggestNames(value, known, "") : "",
  );
}

function bad(place: string, message: string, hint: string): HarnessError {
  return new HarnessError("bad-scenario", message, { place, ...(hint === "" ? {} : { hint }) });
}
