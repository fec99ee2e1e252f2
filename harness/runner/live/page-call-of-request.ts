/** Which call of a page a request belongs to; a request that continues none begins one. */
import { isChallenge } from "../../rules/claims-challenge.ts";
import type { Cause } from "../../history/ledger.ts";
import type { Recorder } from "../../history/recorder.ts";
import { fingerprint } from "../../history/redact.ts";
import { describeRequest, type EntraRequest } from "../../entra/request/endpoint.ts";
import type { OpenCalls, OpenCallsParts, PageCall } from "./open-page-calls.ts";
import type { RequestOrigin } from "./request-origin.ts";

/** A token, with the call that has got it. */
export interface IssuedToken {
  readonly call: PageCall;
  /** Home account id. */
  readonly user: string | undefined;
  /** Whether the tab of its call has not shown it to an API yet. */
  isFresh: boolean;
}

export interface PageCallsParts extends OpenCallsParts {
  readonly recorder: Recorder;
  /** Where a request comes from; undefined for one that is not a page's. */
  readonly originOf: (request: Request) => Promise<RequestOrigin | undefined>;
}

/** What is known of the calls of one session. */
export interface PageCallsState extends PageCallsParts {
  readonly calls: OpenCalls;
  /** By fingerprint. */
  readonly tokens: Map<string, IssuedToken>;
  /** Home account id of the person who signed in last. */
  lastUser: string | undefined;
}

/** Whose request it is, with the number of its operation; undefined for a request of a page that belongs to no call. */
export async function causeOfRequest(
  state: PageCallsState,
  request: Request,
): Promise<Cause | undefined> {
  const described = await describeRequest(request);
  if (described.preflight === true) return undefined;
  const origin = await state.originOf(request);
  if (origin === undefined) return undefined;
  const operation = callOf(state, request, { described, origin });
  const { server } = origin;
  if (operation === undefined) return server === undefined ? undefined : { client: server };
  return { client: server ?? state.client, operation };
}

function callOf(
  state: PageCallsState,
  request: Request,
  { described, origin }: { readonly described: EntraRequest; readonly origin: RequestOrigin },
): number | undefined {
  switch (described.endpoint) {
    case "authorize":
      return callOfAuthorize(state, described, origin).operation;
    case "token":
      return callOfRedemption(state, described, origin)?.operation;
    case "resource":
    case "userinfo":
      recordCachedToken(state, request, origin);
      return undefined;
    default:
      return undefined;
  }
}

function callOfAuthorize(
  { calls }: PageCallsState,
  described: EntraRequest,
  origin: RequestOrigin,
): PageCall {
  if (origin.isChild) {
    // After a refused refresh token, the library asks the session next.
    const refused = calls.find(
      ({ kind, origin: { tab }, failed }) =>
        kind === "silent" && tab === origin.tab && failed?.isOAuth === true,
    );
    return refused === undefined
      ? calls.begin("hidden", "sso-silent", origin, tokenRequestOf(described, undefined))
      : calls.goOn(refused);
  }
  const underWay = calls.find(
    (call) => call.kind === "window" && call.origin.window === origin.window,
  );
  if (underWay !== undefined) return calls.goOn(underWay);
  const flow = origin.window === origin.tab ? "redirect" : "popup";
  return calls.begin("window", flow, origin, tokenRequestOf(described, undefined));
}

function callOfRedemption(
  { calls, lastUser }: PageCallsState,
  described: EntraRequest,
  origin: RequestOrigin,
): PageCall | undefined {
  const { grant } = described;
  // A server redeems the code that a window of its page has been given.
  const isOfTab = (call: PageCall): boolean =>
    call.origin.tab === origin.tab || (origin.server !== undefined && call.hasCode);
  if (grant === "authorization_code") {
    const withCode = calls.find((call) => isOfTab(call) && call.hasCode);
    const call = withCode ?? calls.find((one) => isOfTab(one) && one.kind !== "silent");
    return call === undefined ? undefined : calls.goOn(call);
  }
  if (grant !== "refresh_token") return undefined;
  const request = tokenRequestOf(described, lastUser);
  // The library's own second attempt, after an answer that it could not read, or none.
  const again = calls.find(
    (call) =>
      isOfTab(call) &&
      call.kind === "silent" &&
      call.failed?.isOAuth === false &&
      call.request.scopes.join(" ") === request.scopes.join(" "),
  );
  return again === undefined ? calls.begin("silent", "silent", origin, request) : calls.goOn(again);
}

/** A token that is shown to an API was in the cache, unless a call has just got it. */
function recordCachedToken(
  { calls, tokens, recorder }: PageCallsState,
  request: Request,
  origin: RequestOrigin,
): void {
  const [, raw] = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  const token = raw === undefined ? undefined : recorder.factsOf(raw);
  const issued = token === undefined ? undefined : tokens.get(fingerprint("at", raw ?? ""));
  if (token === undefined || issued === undefined) return;
  const isNew =
    issued.isFresh && (origin.server !== undefined || issued.call.origin.tab === origin.tab);
  issued.isFresh = false;
  if (isNew) return;
  const { call, user } = issued;
  const cached = { ...call.request, user, claims: false };
  calls.succeed(calls.begin("silent", "silent", origin, cached), { token, user, fromCache: true });
}

function tokenRequestOf(
  { app = "", tenant = "", scope = "", user, parameters }: EntraRequest,
  lastUser: string | undefined,
): PageCall["request"] {
  const hint = Object.entries(parameters).find(([name]) => /^x-anchormailbox$/i.test(name))?.[1];
  const [, oid, tid] = /^\s*"?oid:\s*([^@\s]+)@([^"\s]+)/i.exec(hint ?? "") ?? [];
  const home = oid === undefined ? undefined : `${oid}.${tid}`.toLowerCase();
  return {
    app,
    tenant,
    user: home ?? (user === undefined || lastUser?.startsWith(user) ? lastUser : undefined),
    scopes: scope.split(/\s+/).filter((name) => name !== ""),
    claims: isChallenge(parameters["claims"]),
    isForCode: (parameters["response_type"] ?? "code").split(" ").includes("code"),
  };
}
