/** The HTTP requests of `bare-fetch`, and how it reads the answers. */
import { decodeObject, parseObject } from "../../core/http/json-object.ts";
import { createRequest } from "../../core/http/message.ts";
import { parseRetryAfter } from "../../history/retry-after.ts";
import { inTime } from "./bare-fetch-timeout.ts";
import type { OpenedBareFetch } from "./opened-bare-fetch.ts";

/** A token as the client caches it. Times are ms since the Unix epoch. */
export interface CachedToken {
  readonly accessToken: string;
  readonly expiresAt: number;
  readonly extendedExpiresAt: number;
  readonly refreshAt?: number;
  readonly refreshToken?: string;
  readonly homeAccountId?: string;
}

/** The token endpoint answered with an error, or did not answer. */
export class TokenRequestError extends Error {
  readonly code: string;
  readonly suberror: string | undefined;
  /** The Retry-After of the answer, ms. */
  readonly retryAfterMs: number | undefined;
  /** Whether the service failed or could not be reached, so that a later retry may succeed. */
  readonly transient: boolean;

  constructor(
    code: string,
    options: { message: string; suberror?: string; retryAfterMs?: number; transient: boolean },
  ) {
    super(options.message);
    this.name = "TokenRequestError";
    this.code = code;
    this.suberror = options.suberror;
    this.retryAfterMs = options.retryAfterMs;
    this.transient = options.transient;
  }
}

/** What a device shows to its user, and how it polls; times in ms. */
export interface DeviceCode {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly intervalMs: number;
  readonly expiresInMs: number;
}

export interface Wire {
  deviceCode(scope: string): Promise<DeviceCode>;
  metadata(): Promise<{ readonly tokenEndpoint: string }>;
  token(
    form: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>>,
  ): Promise<CachedToken>;
}

/** Creates the requests of one application to `authorityHost` (scheme and host); every failure is a `TokenRequestError`. */
export function createWire(opened: OpenedBareFetch, authorityHost: string): Wire {
  const { options, context } = opened;
  const send = context.transport ?? ((request: Request) => fetch(request));
  const authority = `${authorityHost}/${options.tenant.id}`;
  const secret =
    options.credential === undefined ? {} : { client_secret: options.app.secrets[0]?.value ?? "" };

  const load = async (
    ...[url, init]: Parameters<typeof createRequest>
  ): Promise<{ response: Response; text: string; body: Record<string, unknown> | undefined }> => {
    try {
      return await inTime(opened, async (signal) => {
        const response = await send(createRequest(url, { ...init, signal }));
        const text = await response.text();
        return { response, text, body: parseObject(text) };
      });
    } catch (error) {
      throw new TokenRequestError("network_error", {
        message: (error as Error).message,
        transient: true,
      });
    }
  };

  return {
    async metadata() {
      const { response, body } = await load(`${authority}/v2.0/.well-known/openid-configuration`);
      const tokenEndpoint = body?.["token_endpoint"];
      if (response.status !== 200 || typeof tokenEndpoint !== "string") {
        throw new TokenRequestError("openid_config_error", {
          message: `discovery answered ${response.status}`,
          transient: true,
        });
      }
      return { tokenEndpoint };
    },
    async deviceCode(scope) {
      const { response, body = {} } = await load(`${authority}/oauth2/v2.0/devicecode`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ client_id: options.app.clientId, scope }).toString(),
      });
      const { device_code: code, user_code: userCode, verification_uri: uri } = body;
      if (typeof code !== "string" || typeof userCode !== "string" || typeof uri !== "string")
        return refuse(response, body, context.clock.now());
      return {
        deviceCode: code,
        userCode,
        verificationUri: uri,
        intervalMs: Number(body["interval"] ?? 5) * 1_000,
        expiresInMs: Number(body["expires_in"]) * 1_000,
      };
    },
    async token(form, headers) {
      const fields = new URLSearchParams({
        client_id: options.app.clientId,
        client_info: "1",
        ...form,
        ...secret,
      });
      const { response, text, body } = await load(`${authority}/oauth2/v2.0/token`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
        body: fields.toString(),
      });
      if (opened.has("parses-any-answer")) JSON.parse(text);
      return response.status === 200 && typeof body?.["access_token"] === "string"
        ? cachedToken(body, body["access_token"], context.clock.now())
        : refuse(response, body, context.clock.now());
    },
  };
}

function cachedToken(
  body: Readonly<Record<string, unknown>>,
  accessToken: string,
  nowMs: number,
): CachedToken {
  const seconds = (name: string): number => Number(body[name] ?? 0) * 1_000;
  const sent = body["client_info"];
  const encoded = typeof sent === "string" ? sent : "";
  const info = decodeObject(encoded);
  return {
    accessToken,
    expiresAt: nowMs + seconds("expires_in"),
    extendedExpiresAt: nowMs + Math.max(seconds("ext_expires_in"), seconds("expires_in")),
    ...(body["refresh_in"] === undefined ? {} : { refreshAt: nowMs + seconds("refresh_in") }),
    ...(typeof body["refresh_token"] === "string" ? { refreshToken: body["refresh_token"] } : {}),
    ...(info === undefined
      ? {}
      : { homeAccountId: `${String(info["uid"])}.${String(info["utid"])}` }),
  };
}

function refuse(
  response: Response,
  body: Readonly<Record<string, unknown>> | undefined,
  nowMs: number,
): never {
  const raw = response.headers.get("retry-after");
  const retryAfterMs = raw === null ? undefined : parseRetryAfter(raw, nowMs);
  const error = typeof body?.["error"] === "string" ? body["error"] : `http_${response.status}`;
  throw new TokenRequestError(error, {
    message:
      typeof body?.["error_description"] === "string"
        ? body["error_description"]
        : `the token endpoint answered ${response.status}`,
    transient: response.status >= 500 || response.status === 429 || response.status === 200,
    ...(typeof body?.["suberror"] === "string" ? { suberror: body["suberror"] } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
