/**
 * How `bare-fetch` gets tokens of managed identities: the endpoint that the environment names,
 * called as Microsoft documents it, with the retries of the guidance for IMDS (pauses of
 * 0, 2, 6, 14 and 30 s, a second or more after a 5xx, up to 70 s after a 410).
 */
import { readFileSync } from "node:fs";
import { parseRetryAfter } from "../../history/retry-after.ts";
import { parseObject } from "../../core/http/json-object.ts";
import { createRequest } from "../../core/http/message.ts";
import { inTime } from "./bare-fetch-timeout.ts";
import type { OpenedBareFetch } from "./opened-bare-fetch.ts";
import { TokenRequestError, type CachedToken } from "./bare-fetch-wire.ts";
import type { TokenRequest } from "../client.ts";

const PAUSES_MS = [0, 2_000, 6_000, 14_000, 30_000];
const SERVER_ERROR_PAUSE_MS = 1_000;
const GONE_PAUSE_MS = 10_000;
const GONE_FOR_MS = 70_000;
const NO_ANSWER_FOR_MS = 20_000;
const HAMMER_RETRIES = 20;
const REFRESH_FROM_MS = 7_200_000;

/** A token of the application's identity; rejects with a `TokenRequestError` when the retries are used up. */
export async function requestFromMachine(
  request: TokenRequest,
  opened: OpenedBareFetch,
): Promise<CachedToken> {
  const { clock } = opened.context;
  const beganMs = clock.now();
  for (let retries = 0; ; retries += 1) {
    const answer = await send(request, opened);
    if (answer.token !== undefined) return answer.token;
    const pauseMs = pauseOf(answer, retries, clock.now() - beganMs, opened);
    if (pauseMs === undefined) throw answer.error;
    await clock.sleep(pauseMs);
  }
}

interface Answer {
  /** 0 when there was none. */
  readonly status: number;
  readonly token?: CachedToken;
  readonly error: TokenRequestError;
}

/** How long to wait before the next retry, ms; `undefined` for no retry. */
function pauseOf(
  { status, error }: Answer,
  retries: number,
  elapsedMs: number,
  { has }: OpenedBareFetch,
): number | undefined {
  if (has("hammers-identity-endpoint")) return retries < HAMMER_RETRIES ? 0 : undefined;
  if (status === 410) {
    const givesUp = has("gives-up-on-gone") || elapsedMs >= GONE_FOR_MS;
    return givesUp ? undefined : GONE_PAUSE_MS;
  }
  const isLasting = status >= 400 && status < 500 && status !== 404 && status !== 429;
  if (isLasting) return undefined;
  const pauseMs = PAUSES_MS[retries];
  // The guidance is about answers: where nothing answers, the caller does not wait for long.
  if (status === 0 && elapsedMs + (pauseMs ?? 0) > NO_ANSWER_FOR_MS) return undefined;
  if (pauseMs !== undefined && error.retryAfterMs !== undefined)
    return Math.max(pauseMs, error.retryAfterMs);
  return pauseMs === undefined || status < 500 ? pauseMs : Math.max(pauseMs, SERVER_ERROR_PAUSE_MS);
}

async function send(request: TokenRequest, opened: OpenedBareFetch): Promise<Answer> {
  const { context } = opened;
  const transport = context.transport ?? ((request: Request) => fetch(request));
  const resource = (request.scopes[0] ?? "").replace(/\/\.default$/, "");
  const ask = async (signal: AbortSignal): Promise<Answer> => {
    let response = await transport(requestOf(resource, opened, { signal }));
    const [, file] =
      /^Basic realm=(.+\.key)$/.exec(response.headers.get("www-authenticate") ?? "") ?? [];
    if (response.status === 401 && file !== undefined) {
      const authorization = `Basic ${readFileSync(file, "utf8")}`;
      response = await transport(requestOf(resource, opened, { signal, authorization }));
    }
    return read(response, parseObject(await response.text()), context.clock.now());
  };
  try {
    return await inTime(opened, ask);
  } catch (cause) {
    const { message } = cause as Error;
    return {
      status: 0,
      error: new TokenRequestError("network_error", { message, transient: true }),
    };
  }
}

function read(
  { status, headers }: Response,
  body: Record<string, unknown> | undefined,
  nowMs: number,
): Answer {
  const accessToken = body?.["access_token"];
  const code = typeof body?.["error"] === "string" ? body["error"] : `http_${status}`;
  const transient = status < 400 || status >= 500 || [404, 410, 429].includes(status);
  const message = `the identity endpoint answered ${status}`;
  const retryAfterMs = parseRetryAfter(headers.get("retry-after") ?? "", nowMs);
  const error = new TokenRequestError(code, {
    message,
    transient,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
  if (status !== 200 || typeof accessToken !== "string") return { status, error };
  const expiresAt = Number(body?.["expires_on"]) * 1_000;
  const leftMs = expiresAt - nowMs;
  // As the libraries do: at half of the lifetime, if two hours or more are left.
  const refresh = leftMs >= REFRESH_FROM_MS ? { refreshAt: nowMs + leftMs / 2 } : {};
  return {
    status,
    error,
    token: { accessToken, expiresAt, extendedExpiresAt: expiresAt, ...refresh },
  };
}

/** The request to the source that the environment variables name (`docs/sources.md#g1` and G.2). */
function requestOf(
  resource: string,
  { options }: OpenedBareFetch,
  { signal, ...more }: { readonly signal: AbortSignal; readonly authorization?: string },
): Request {
  const { env } = process;
  const clientId =
    options.app.managedIdentity?.assigned === "user" ? options.app.clientId : undefined;
  const get = (
    endpoint: string,
    version: string,
    headers: Readonly<Record<string, string>>,
    selector = "client_id",
  ): Request => {
    const query = new URLSearchParams({ "api-version": version, resource });
    const named =
      selector === "clientid" ? (clientId ?? env["DEFAULT_IDENTITY_CLIENT_ID"]) : clientId;
    if (named !== undefined) query.set(selector, named);
    return createRequest(`${endpoint}?${query.toString()}`, {
      headers: { ...headers, ...more },
      signal,
    });
  };
  const { IDENTITY_ENDPOINT: identity, IDENTITY_HEADER: header, MSI_ENDPOINT: msi } = env;
  if (identity !== undefined && header !== undefined) {
    return env["IDENTITY_SERVER_THUMBPRINT"] === undefined
      ? get(identity, "2019-08-01", { "x-identity-header": header })
      : get(identity, "2019-07-01-preview", { secret: header });
  }
  if (msi !== undefined) {
    const secret = env["MSI_SECRET"];
    if (secret !== undefined) return get(msi, "2017-09-01", { secret }, "clientid");
    const body = new URLSearchParams({ resource }).toString();
    const type = { "content-type": "application/x-www-form-urlencoded" };
    return createRequest(msi, {
      method: "POST",
      headers: { ...type, metadata: "true" },
      body,
      signal,
    });
  }
  if (identity !== undefined) return get(identity, "2020-06-01", { metadata: "true" });
  const host = env["AZURE_POD_IDENTITY_AUTHORITY_HOST"] ?? "http://169.254.169.254";
  return get(`${host}/metadata/identity/oauth2/token`, "2018-02-01", { metadata: "true" });
}
