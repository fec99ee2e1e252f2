/**
 * The protected APIs of a world. They validate access tokens like a real API: with the
 * published keys, which they cache and fetch again. An API that takes part in continuous
 * access evaluation refuses a revoked token with a claims challenge (`docs/sources.md#b` and H).
 */
import { createPublicKey, createVerify, type KeyObject } from "node:crypto";
import type { Clock } from "../../core/time/clock.ts";
import { cloudOfHost, issuerOriginOf } from "../directory/clouds.ts";
import type { Directory } from "../directory/directory.ts";
import { hashedId } from "../directory/hashed-id.ts";
import { isIdentifierOf } from "../directory/identifiers.ts";
import { isIssuedBeforeRevocation } from "../directory/opaque-ids.ts";
import type { ProtectedResource, User } from "../directory/world.ts";
import { corsHeaders, preflightHeaders } from "../request/cors.ts";
import { describeRequest } from "../request/endpoint.ts";
import type { Handler } from "../../core/http/handler.ts";
import { decodeObject } from "../../core/http/json-object.ts";
import { createRequest, createResponse, type HeaderPair } from "../../core/http/message.ts";

export type TokenVerdict =
  | "accepted"
  | "expired"
  | "not-yet-valid"
  | "unknown-key"
  | "wrong-audience"
  | "revoked"
  /** Valid, without the authentication context that the API demands. */
  | "step-up-needed"
  | "malformed";

export interface ProtectedApiOptions {
  readonly directory: Directory;
  readonly clock: Clock;
  /** How the API fetches the key set; may answer with an error or reject. */
  readonly fetchKeys: Handler;
  readonly keysUrl: string;
  /** The body for a good token at an address; default: the name of the API. */
  readonly dataAt?: (url: string) => object | undefined;
}

/** Validators keep keys for a day, and ask for an unknown key at most once in five minutes. ms. */
const KEYS_KEPT_MS = 86_400_000;
const UNKNOWN_KEY_ASK_AGAIN_MS = 300_000;

/** A handler for every API of the world, and for UserInfo at Microsoft Graph. */
export function createProtectedApi(options: ProtectedApiOptions): Handler {
  const { directory, clock } = options;
  const keyOf = createKeyCache(options);

  const judge = async (token: string, resource: ProtectedResource): Promise<Judged> => {
    const parts = readToken(token);
    if (parts === undefined || !isIssued(parts.claims, directory)) return { verdict: "malformed" };
    const key = await keyOf(parts.kid);
    if (key === undefined) return { verdict: "unknown-key" };
    if (!createVerify("RSA-SHA256").update(parts.input).verify(key, parts.signature, "base64url")) {
      return { verdict: "malformed" };
    }
    const { claims } = parts;
    const nowSeconds = clock.now() / 1_000;
    if (Number(claims["exp"]) <= nowSeconds) return { verdict: "expired" };
    if (Number(claims["nbf"]) > nowSeconds) return { verdict: "not-yet-valid" };
    if (!isIdentifierOf(resource, String(claims["aud"]))) {
      return { verdict: "wrong-audience" };
    }
    if (!grantsSomething(claims)) return { verdict: "malformed" };
    const user = userOf(directory, claims);
    const evaluated = resource.cae && Array.isArray(claims["xms_cc"]);
    if (evaluated && user !== undefined && isIssuedBeforeRevocation(directory, user, claims))
      return { verdict: "revoked", validFromMs: directory.tokensValidFrom(user) };
    if (user !== undefined && lacksContext(resource, claims)) return { verdict: "step-up-needed" };
    return { verdict: "accepted", subject: claims["sub"], ...(user === undefined ? {} : { user }) };
  };

  return async (request) => {
    const { endpoint, host, preflight } = await describeRequest(request);
    const resource = directory.resourceAtHost(host);
    if (resource === undefined)
      return createResponse("", { status: 404, headers: [["Content-Length", "0"]] });
    if (preflight === true)
      return createResponse("", { status: 200, headers: preflightHeaders(request, endpoint) });
    // APIs always expose Retry-After: the setting is about ESTS.
    const cors = corsHeaders(request, endpoint, "no");
    const [, token] = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    const graph = { request, nowMs: clock.now() };
    const by = resource.appId === GRAPH_ID ? graph : undefined;
    if (token === undefined) return refuse({ verdict: "malformed" }, cors, by);
    const judged = await judge(token, resource);
    if (judged.verdict === "step-up-needed") return refuse(stepUp(judged, resource), cors, by);
    if (judged.verdict !== "accepted") return refuse(judged, cors, by);
    const body =
      endpoint === "userinfo"
        ? userInfo(judged)
        : (options.dataAt?.(request.url) ?? { resource: resource.name });
    return answer({ status: 200, body, headers: cors }, judged.verdict);
  };
}

const verdicts = new WeakMap<Response, TokenVerdict>();

/** The API's verdict on the token of the request that led to this response. */
export function tokenVerdictOf(response: Response): TokenVerdict | undefined {
  return verdicts.get(response);
}

interface Judged {
  readonly verdict: TokenVerdict;
  readonly validFromMs?: number;
  readonly user?: User;
  /** What the client has to ask for; JSON. */
  readonly challenge?: string;
  /** `sub` of an accepted token. */
  readonly subject?: unknown;
}

function createKeyCache(
  options: ProtectedApiOptions,
): (kid: string) => Promise<KeyObject | undefined> {
  const { clock, fetchKeys, keysUrl } = options;
  // The API was running before the simulation began, so it has the keys of that time.
  let keys = new Map(options.directory.publishedKeys().map((key) => [key.kid, publicKey(key)]));
  let fetchedAtMs = clock.now();
  let askedAtMs = Number.NEGATIVE_INFINITY;

  const fetchAgain = async (): Promise<void> => {
    askedAtMs = clock.now();
    const fetched = await fetchKeys(createRequest(keysUrl))
      .then(readKeys)
      .catch(() => undefined);
    // With an unreadable key set the old one stays in use.
    if (fetched === undefined) return;
    keys = fetched;
    fetchedAtMs = clock.now();
  };

  return async (kid) => {
    const now = clock.now();
    const mayAsk = now - askedAtMs >= UNKNOWN_KEY_ASK_AGAIN_MS;
    if (mayAsk && (now - fetchedAtMs >= KEYS_KEPT_MS || !keys.has(kid))) await fetchAgain();
    return keys.get(kid);
  };
}

/** Rejects for an answer that is not a key set: a page, half a body, keys of another kind. */
async function readKeys(response: Response): Promise<Map<string, KeyObject>> {
  if (response.status !== 200) throw new Error(`the key set answered ${response.status}`);
  const { keys } = (await response.json()) as {
    keys: readonly { kid: string; n: string; e: string }[];
  };
  return new Map(keys.map((key) => [key.kid, publicKey(key)]));
}

function publicKey({ n, e }: { readonly n: string; readonly e: string }): KeyObject {
  return createPublicKey({ key: { kty: "RSA", n, e }, format: "jwk" });
}

interface TokenParts {
  readonly input: string;
  readonly signature: string;
  readonly kid: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Strict, as the validators that Microsoft recommends: three parts in base64url and the algorithm of Entra, or nothing. */
function readToken(token: string): TokenParts | undefined {
  const parts = token.split(".");
  if (parts.length !== 3 || !parts.every((part) => BASE64URL.test(part))) return undefined;
  const [header = "", payload = "", signature = ""] = parts;
  const { kid, alg } = decodeObject(header) ?? {};
  const claims = decodeObject(payload);
  if (typeof kid !== "string" || alg !== "RS256" || claims === undefined) return undefined;
  return { input: `${header}.${payload}`, signature, kid, claims };
}

const BASE64URL = /^[\w-]+$/;

/** Whether the claims say when they end, and that a tenant of the world issued them, in either version of tokens. */
function isIssued(claims: Readonly<Record<string, unknown>>, directory: Directory): boolean {
  const { exp, nbf, iat, tid, iss } = claims;
  if (![exp, nbf, iat].every((time) => typeof time === "number" && Number.isFinite(time)))
    return false;
  if (typeof tid !== "string" || typeof iss !== "string" || directory.tenant(tid) === undefined)
    return false;
  const url = URL.parse(iss);
  if (url === null || url.protocol !== "https:") return false;
  return url.hostname === "sts.windows.net"
    ? url.pathname === `/${tid}/`
    : url.pathname === `/${tid}/v2.0` &&
        issuerOriginOf(url.origin) === url.origin &&
        cloudOfHost(url.host) !== undefined;
}

/** An access token grants a user's scopes or an app's roles; an id token, neither. */
function grantsSomething({ scp, roles }: Readonly<Record<string, unknown>>): boolean {
  return (typeof scp === "string" && scp !== "") || Array.isArray(roles);
}

function userOf(directory: Directory, claims: Readonly<Record<string, unknown>>): User | undefined {
  if (claims["idtyp"] === "app") return undefined;
  const tenant = directory.tenant(String(claims["tid"]));
  // From the world and not from the directory: the tokens of a deleted account count as revoked.
  return tenant?.users.find(({ id }) => id === claims["oid"]);
}

function lacksContext(
  { authenticationContext: demanded }: ProtectedResource,
  { acrs }: Readonly<Record<string, unknown>>,
): boolean {
  return demanded !== undefined && !(Array.isArray(acrs) && acrs.includes(demanded));
}

/** The claims challenge of an authentication context (`docs/sources.md#e`). */
function stepUp(judged: Judged, { authenticationContext: value }: ProtectedResource): Judged {
  const challenge = JSON.stringify({ access_token: { acrs: { essential: true, value } } });
  return { ...judged, challenge };
}

/** `sub` is that of the id token, so that a client knows whose answer it is (OpenID Connect Core 5.3.2). */
function userInfo({ user, subject }: Judged): Record<string, unknown> {
  const [given = "", family = ""] = (user?.name ?? "").split(" ");
  return {
    sub: subject,
    name: user?.name,
    family_name: family,
    given_name: given,
    picture: "https://graph.microsoft.com/v1.0/me/photo/$value",
    email: user?.upn,
  };
}

const GRAPH_ID = "00000003-0000-0000-c000-000000000000";

/** A request that Microsoft Graph refuses. */
interface RefusedByGraph {
  readonly request: Request;
  readonly nowMs: number;
}

const GRAPH_MESSAGES: Partial<Record<TokenVerdict, string>> = {
  expired: "Lifetime validation failed, the token is expired.",
  "not-yet-valid": "Lifetime validation failed, the token is not yet valid.",
  "wrong-audience": "Access token validation failure. Invalid audience.",
  "unknown-key": "Access token validation failure. The signing key was not found.",
  revoked:
    "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
};

/** The body of Microsoft Graph (`docs/sources.md#r`); its request id is ours. */
function graphError(verdict: TokenVerdict, { request, nowMs }: RefusedByGraph): object {
  const clientId = request.headers.get("client-request-id");
  const requestId = hashedId(`graph ${request.method} ${request.url} ${nowMs}`);
  return {
    code: "InvalidAuthenticationToken",
    message: GRAPH_MESSAGES[verdict] ?? "Access token is empty or malformed.",
    innerError: {
      date: new Date(nowMs).toISOString().slice(0, 19),
      "request-id": requestId,
      "client-request-id": clientId ?? requestId,
    },
  };
}

function refuse(judged: Judged, cors: readonly HeaderPair[], graph?: RefusedByGraph): Response {
  const isChallenge = judged.verdict === "revoked" || judged.challenge !== undefined;
  const error = isChallenge ? "insufficient_claims" : "invalid_token";
  const parts = [
    'realm=""',
    'authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"',
    ...(graph === undefined ? [] : [`client_id="${GRAPH_ID}"`]),
    `error="${error}"`,
  ];
  if (judged.validFromMs !== undefined) {
    // Graph names the time of the refused call, and not that of the revocation.
    const fromMs = graph?.nowMs ?? judged.validFromMs;
    const value = String(Math.floor(fromMs / 1_000));
    const claims = JSON.stringify({ access_token: { nbf: { essential: true, value } } });
    parts.push(`claims="${Buffer.from(claims).toString("base64")}"`);
  }
  if (judged.challenge !== undefined) {
    parts.push(`claims="${Buffer.from(judged.challenge).toString("base64")}"`);
    parts.push('cc_type="authcontext"');
  }
  const challenge: HeaderPair = ["WWW-Authenticate", `Bearer ${parts.join(", ")}`];
  const body = { error: graph === undefined ? error : graphError(judged.verdict, graph) };
  return answer({ status: 401, body, headers: [challenge, ...cors] }, judged.verdict);
}

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers: readonly HeaderPair[];
}

function answer({ status, body, headers }: Answer, verdict: TokenVerdict): Response {
  const text = JSON.stringify(body);
  const response = createResponse(text, {
    status,
    headers: [
      ["Content-Type", "application/json; charset=utf-8"],
      ...headers,
      ["Content-Length", String(Buffer.byteLength(text))],
    ],
  });
  verdicts.set(response, verdict);
  return response;
}
