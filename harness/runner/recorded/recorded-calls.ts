/** Which calls an application has made for tokens, drawn from the requests of a capture. */
import type { ExchangeBegan, History } from "../../history/event.ts";

/** An app of the capture, by how it asks. */
export interface RecordedApp {
  readonly clientId: string;
  readonly kind: "spa" | "web" | "native" | "daemon";
  /** Without query and fragment. */
  readonly redirectUris: readonly string[];
}

/** The flows that a scenario can play from requests alone. */
export type RecordedFlow =
  | "client-credentials"
  | "authorization-code"
  | "popup"
  | "silent"
  | "device-code"
  | "password";

/** One call for a token. */
export interface RecordedCall {
  /** ms since the capture began. */
  readonly atMs: number;
  readonly clientId: string;
  readonly flow: RecordedFlow;
  readonly scopes: readonly string[];
}

export interface RecordedCalls {
  /** The id of the tenant that most of them name. */
  readonly tenant: string;
  readonly apps: readonly RecordedApp[];
  readonly calls: readonly RecordedCall[];
  /** How many requests for tokens are left out: of other grants, and those beyond the limit. */
  readonly leftOut: number;
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The tenant of a capture that names none, as with `common`. */
const NO_TENANT = "11111111-aaaa-4aaa-8aaa-000000000001";

/** Nothing else of a scope is taken over: no text of a capture is trusted. */
const SCOPE = /^[\w.:/-]{1,200}$/;

/** More would be no scenario that anyone reads. */
export const CALLS_MAX = 1_000;

/** Scopes that ask for no API. */
const OPENID = new Set(["openid", "profile", "email", "offline_access"]);

type Recorded = ExchangeBegan & { readonly app: string };

/** Reads them from the exchanges of a history, in order. */
export function recordedCallsOf({ header, events }: History): RecordedCalls {
  const began = events.filter((event) => event.kind === "exchange-began");
  const known = began.filter(
    (event): event is Recorded =>
      GUID.test(event.app ?? "") && (event.endpoint === "token" || event.endpoint === "authorize"),
  );
  const tokens = known.filter(({ endpoint }) => endpoint === "token");
  const apps = appsOf(known, tokens);
  const all = tokens.flatMap((event) => callOf(event, { apps, startedAt: header.startedAt }) ?? []);
  const calls = all.slice(0, CALLS_MAX);
  return {
    tenant: tenantOf(known),
    apps: apps.filter(({ clientId }) => calls.some((call) => call.clientId === clientId)),
    calls,
    leftOut: tokens.length - calls.length,
  };
}

function tenantOf(known: readonly Recorded[]): string {
  const counts = new Map<string, number>();
  for (const { tenant, tenantId } of known) {
    const id = [tenant, tenantId].find((one) => GUID.test(one ?? ""))?.toLowerCase();
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const [most] = [...counts].toSorted(([, one], [, other]) => other - one);
  return most?.[0] ?? NO_TENANT;
}

function appsOf(known: readonly Recorded[], tokens: readonly Recorded[]): readonly RecordedApp[] {
  const ids = [...new Set(known.map(({ app }) => app.toLowerCase()))];
  return ids.map((clientId) => {
    const isOwn = ({ app }: Recorded): boolean => app.toLowerCase() === clientId;
    const redirectUris = new Set(known.filter(isOwn).flatMap((event) => redirectOf(event) ?? []));
    const kind = kindOf(tokens.filter(isOwn));
    // A web app and a page have one in their registration, also where the capture does not show it.
    if (redirectUris.size === 0 && (kind === "spa" || kind === "web"))
      redirectUris.add("http://localhost:3000/redirect");
    return { clientId, kind, redirectUris: kind === "daemon" ? [] : [...redirectUris] };
  });
}

function kindOf(tokens: readonly Recorded[]): RecordedApp["kind"] {
  const has = (name: string): boolean => tokens.some(({ form = {} }) => Object.hasOwn(form, name));
  const isConfidential = has("client_secret") || has("client_assertion");
  const isOfPage = tokens.some(({ headers }) =>
    headers.some(([name]) => name.toLowerCase() === "origin"),
  );
  if (tokens.length > 0 && tokens.every(({ grant }) => grant === "client_credentials"))
    return "daemon";
  if (isConfidential) return "web";
  return isOfPage ? "spa" : "native";
}

/** Its address alone: a query may carry anything. */
function redirectOf({ url, form = {} }: Recorded): string | undefined {
  const query = URL.parse(url)?.searchParams.get("redirect_uri");
  const given = URL.parse(form["redirect_uri"] ?? query ?? "");
  if (given === null || !/^https?:$/.test(given.protocol)) return undefined;
  if (given.username !== "" || !/^[\w./:-]*$/.test(given.host + given.pathname)) return undefined;
  return `${given.origin}${given.pathname}`;
}

function callOf(
  { at, app, grant, scope = "" }: Recorded,
  { apps, startedAt }: { readonly apps: readonly RecordedApp[]; readonly startedAt: number },
): RecordedCall | undefined {
  const clientId = app.toLowerCase();
  const kind = apps.find((one) => one.clientId === clientId)?.kind;
  const flow = flowOf(grant, kind);
  if (flow === undefined) return undefined;
  return { atMs: Math.max(0, at - startedAt), clientId, flow, scopes: scopesOf(scope, flow) };
}

/** The scopes of an API that a request asks for. */
export function scopesOf(scope: string, flow: RecordedFlow): readonly string[] {
  const scopes = scope.split(/\s+/).filter((one) => SCOPE.test(one) && !OPENID.has(one));
  if (scopes.length > 0) return scopes;
  return [flow === "client-credentials" ? "https://graph.microsoft.com/.default" : "User.Read"];
}

/** The flow that a token request of an app of that kind belongs to; undefined for one that its requests alone do not show. */
export function flowOf(
  grant: string | undefined,
  kind: RecordedApp["kind"] | undefined,
): RecordedFlow | undefined {
  switch (grant) {
    case "client_credentials":
      return "client-credentials";
    case "authorization_code":
      return kind === "spa" ? "popup" : "authorization-code";
    case "refresh_token":
      return "silent";
    default:
      return undefined;
  }
}
