/**
 * The HTTP requests and answers of an invented run, for `run-builder.ts`: the request that
 * follows from a call, and the facts of its answer, as the recorder would have written them.
 */
import type {
  ExchangeBegan,
  ExchangeEnd,
  ExchangeEnded,
  Flow,
  IssuedFacts,
  WireError,
} from "../../harness/history/event.ts";
import { parseRetryAfter } from "../../harness/history/retry-after.ts";

export const tenant = "6babcaad-604b-40ac-a9d7-9fd97c0b779f";
const app = "11112222-bbbb-3333-cccc-4444dddd5555";
/** Home account ids `oid.tid` of two people of that tenant. */
export const ada = `aaaaaaaa-0000-4000-8000-000000000001.${tenant}`;
export const ben = `bbbbbbbb-0000-4000-8000-000000000002.${tenant}`;
const graphScope = "https://graph.microsoft.com/.default";

/** A call of an application; by default of client `app-1`, with flow `silent`, for Ada and Graph. */
export interface Call {
  readonly client?: string;
  readonly flow?: Flow;
  readonly app?: string;
  readonly tenant?: string;
  readonly user?: string;
  readonly scopes?: readonly string[];
  /** Fingerprint of the token that an on-behalf-of call was shown. */
  readonly assertion?: string;
  readonly claims?: true;
  readonly forceRefresh?: true;
  readonly tab?: string;
  /** As in the event. */
  readonly told?: "by-requests";
  /** The call names no user: it is for the one who is signed in. */
  readonly anyone?: true;
}

/** A request; what is left out follows from the operation, and without one from client credentials. */
export interface Ask extends Call {
  readonly by?: { readonly operation: number };
  readonly endpoint?: ExchangeBegan["endpoint"];
  readonly host?: string;
  readonly grant?: string;
  /** Value of X-AnchorMailbox; an empty text sends none. Default: well-formed on refresh grants. */
  readonly hint?: string;
  /** As in the event: the user as the service knows, and the id of the tenant. */
  readonly subject?: string;
  readonly tenantId?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: ExchangeBegan["headers"];
  readonly method?: string;
  readonly url?: string;
  /** Like a HAR: neither client nor operation is known. */
  readonly anonymous?: true;
  /** A connection that failed: nothing of the request was ever sent. */
  readonly sent?: "connection";
  /** By the browser itself. */
  readonly resent?: true;
}

/** An answer; a good one (200, with a token of an hour from the token endpoint) by default. */
export interface Reply {
  readonly status?: number;
  /** Seconds, or the header as it is sent. */
  readonly retryAfter?: number | string;
  /** Where a redirect leads. */
  readonly location?: string;
  readonly error?: WireError | string;
  readonly issued?: IssuedFacts | "nothing";
  readonly bodyForm?: "json" | "html" | "text" | "empty";
  readonly cut?: "fin" | "reset";
  readonly networkFault?: Extract<ExchangeEnd, { kind: "network-fault" }>["code"] | "abandoned";
  readonly faults?: readonly string[];
  readonly servedBy?: ExchangeEnded["servedBy"];
}

/** A call with everything that it left out. */
export function withDefaults(call: Call) {
  const flow = call.flow ?? "silent";
  const hasNoUser = flow === "client-credentials" || flow === "custom" || call.anyone === true;
  const user = call.user ?? (hasNoUser ? undefined : ada);
  return {
    client: call.client ?? "app-1",
    flow,
    app: call.app ?? app,
    tenant: call.tenant ?? tenant,
    scopes: call.scopes ?? [graphScope],
    ...(user === undefined ? {} : { user }),
    ...(call.assertion === undefined ? {} : { assertion: call.assertion }),
    ...(call.claims === undefined ? {} : { claims: call.claims }),
    ...(call.forceRefresh === undefined ? {} : { forceRefresh: call.forceRefresh }),
    ...(call.tab === undefined ? {} : { tab: call.tab }),
    ...inferred(call),
  };
}

function inferred(event: Call): { readonly told?: "by-requests" } {
  return event.told === undefined ? {} : { told: "by-requests" };
}

type Asked = Ask & ReturnType<typeof withDefaults>;

const paths: Partial<Record<ExchangeBegan["endpoint"], string>> = {
  "instance-discovery": "/common/discovery/instance?api-version=1.1",
  "openid-configuration": "/{t}/v2.0/.well-known/openid-configuration",
  keys: "/{t}/discovery/v2.0/keys",
  authorize: "/{t}/oauth2/v2.0/authorize",
  token: "/{t}/oauth2/v2.0/token",
  "device-code": "/{t}/oauth2/v2.0/devicecode",
  userinfo: "/oidc/userinfo",
};

/** The request that follows from a call. */
export function requestFacts(
  asked: Asked,
): Omit<ExchangeBegan, "index" | "at" | "kind" | "exchange"> {
  const endpoint = asked.endpoint ?? "token";
  const host =
    asked.host ?? (endpoint === "userinfo" ? "graph.microsoft.com" : "login.microsoftonline.com");
  const path = (paths[endpoint] ?? "/").replace("{t}", asked.tenant);
  const url = asked.url ?? `https://${host}${path}`;
  const isToken = endpoint === "token";
  const grant = asked.grant ?? (isToken ? grants[asked.flow] : undefined);
  const person = asked.user?.split(".");
  const scope = asked.scopes.join(" ");
  const hint = asked.hint ?? (grant === "refresh_token" && person ? `Oid:${person.join("@")}` : "");
  const named = namedBy(hint);
  const posts = isToken || endpoint === "device-code" || asked.form !== undefined;
  const place =
    endpoint === "instance-discovery" || endpoint === "userinfo" ? {} : { tenant: asked.tenant };
  const method = asked.method ?? (posts ? "POST" : "GET");
  const known = asked.tenantId === undefined ? {} : { tenantId: asked.tenantId };
  const again = asked.resent === undefined ? {} : { resent: asked.resent };
  const address = { method, url, host, endpoint, ...place, ...known, ...again };
  if (asked.sent === "connection") return { ...address, headers: [] };
  return {
    ...address,
    headers: [
      ...(asked.headers ?? []),
      ...(hint === "" ? [] : [["x-anchormailbox", hint] as const]),
    ],
    ...(posts || endpoint === "authorize" ? { app: asked.app, scope } : {}),
    ...(grant === undefined ? {} : { grant }),
    ...(named === undefined ? {} : { user: named }),
    ...(asked.subject === undefined ? {} : { subject: asked.subject }),
    ...(posts
      ? {
          form: {
            client_id: asked.app,
            scope,
            ...(grant === undefined ? {} : { grant_type: grant }),
            ...asked.form,
          },
        }
      : {}),
  };
}

/** Reads a routing hint as `harness/entra/request/endpoint.ts` does. */
function namedBy(hint: string): string | undefined {
  const [, oid] = /^\s*oid:\s*([^@\s]+)@/i.exec(hint) ?? [];
  const [, upn] = /^\s*upn:\s*(\S+)\s*$/i.exec(hint) ?? [];
  return (oid ?? upn)?.toLowerCase();
}

const grants: Readonly<Record<Flow, string>> = {
  "client-credentials": "client_credentials",
  silent: "refresh_token",
  "authorization-code": "authorization_code",
  "refresh-token": "refresh_token",
  "on-behalf-of": "on_behalf_of",
  "device-code": "device_code",
  password: "password",
  "managed-identity": "managed_identity",
  "id-token": "id_token",
  "saml-idp-initiated": "saml",
  "saml-sp-initiated": "saml",
  custom: "client_credentials",
  popup: "authorization_code",
  redirect: "authorization_code",
  "sso-silent": "authorization_code",
};

/** What an answer says at `now`, ms since the Unix epoch. */
export function replyFacts(
  reply: Reply,
  now: number,
): Omit<ExchangeEnded, "index" | "at" | "kind" | "exchange"> {
  const { networkFault: fault, status = 200, retryAfter } = reply;
  const servedBy = reply.servedBy ?? "primary";
  const faults = reply.faults === undefined ? {} : { faults: reply.faults };
  if (fault === "abandoned") return { end: { kind: "abandoned" }, servedBy, ...faults };
  if (fault !== undefined)
    return { end: { kind: "network-fault", code: fault }, servedBy, ...faults };
  const raw = retryAfter === undefined ? undefined : String(retryAfter);
  const ms = raw === undefined ? undefined : parseRetryAfter(raw, now);
  const bodyForm = reply.bodyForm ?? "json";
  const error = typeof reply.error === "string" ? { error: reply.error, codes: [] } : reply.error;
  return {
    end: {
      kind: "response",
      status,
      headers: [
        ...(raw === undefined ? [] : [["retry-after", raw] as const]),
        ...(reply.location === undefined ? [] : [["location", reply.location] as const]),
      ],
      bodyForm,
      body: "",
      ...(reply.cut === undefined ? {} : { cut: reply.cut }),
    },
    servedBy,
    ...faults,
    ...(raw === undefined ? {} : { retryAfter: { raw, ...(ms === undefined ? {} : { ms }) } }),
    ...(error === undefined ? {} : { error }),
  };
}
