/** For tests of faults: a clock that jumps, a healthy service, a window to break it. */
import type { Clock } from "../../harness/core/time/clock.ts";
import { createRequest, createResponse, type HeaderPair } from "../../harness/core/http/message.ts";
import { NetworkFault } from "../../harness/core/http/network-fault.ts";
import type { Service } from "../../harness/core/http/service.ts";
import { createRandom } from "../../harness/core/random.ts";
import { createFaultLayer, type FaultLayerOptions } from "../../harness/faults/layer.ts";
import type { FaultEffect, FaultPlan, FaultSite, FaultWindow } from "../../harness/faults/plan.ts";

export const STARTED_AT = Date.UTC(2026, 2, 2, 8);
export const HOST = "login.microsoftonline.com";
export const TENANT = "3f7c1f5e-0000-4000-8000-000000000001";

export interface JumpingClock extends Clock {
  /** Moves to `ms` after the start. */
  jumpTo(elapsedMs: number): void;
  elapsed(): number;
}

/** A clock for one request at a time: a sleep ends at once, at a later time. */
function createJumpingClock(): JumpingClock {
  let nowMs = STARTED_AT;
  return {
    now: () => nowMs,
    elapsed: () => nowMs - STARTED_AT,
    jumpTo(elapsedMs) {
      nowMs = STARTED_AT + elapsedMs;
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      nowMs += ms;
    },
  };
}

export const GOOD_TEXT = JSON.stringify({ token_type: "Bearer", access_token: "good" });

/** A service that answers everything with the same good text, and counts. */
export function createHealthyService(
  text: string = GOOD_TEXT,
  headers: readonly HeaderPair[] = [["Content-Type", "application/json; charset=utf-8"]],
): Service & { asked(): number; connected(): number } {
  let asked = 0;
  let connected = 0;
  return {
    asked: () => asked,
    connected: () => connected,
    connect: async () => {
      connected += 1;
    },
    handle: async () => {
      asked += 1;
      return createResponse(text, { status: 200, headers });
    },
  };
}

/** A window that is open for the first minute, at the primary, on everything. */
export function aWindow(effect: FaultEffect, changes: Partial<FaultWindow> = {}): FaultWindow {
  return { id: "w", at: "primary", on: "all", from: 0, for: 60_000, effect, ...changes };
}

/** The healthy service under a plan, at every site, with what a test needs to control it. */
export function breakService(
  plan: FaultPlan,
  options: Partial<FaultLayerOptions> & { readonly service?: Service } = {},
): { readonly service: Service; readonly clock: JumpingClock; readonly taken: string[] } {
  const clock = createJumpingClock();
  const taken: string[] = [];
  const layer = createFaultLayer({
    plan,
    sites: ["edge", "dns", "primary", "backup", "resource"],
    clock,
    random: createRandom("seed"),
    startedAt: STARTED_AT,
    onTaken: (window) => taken.push(window.id),
    ...options,
  });
  return { service: layer(options.service ?? createHealthyService()), clock, taken };
}

/** A token request; fields of the form may be added or replaced. */
export function tokenRequest(
  form: Readonly<Record<string, string>> = {},
  options: {
    readonly host?: string;
    readonly tenant?: string;
    readonly headers?: Record<string, string>;
    readonly signal?: AbortSignal;
  } = {},
): Request {
  const { host = HOST, tenant = TENANT, headers = {}, signal } = options;
  return createRequest(`https://${host}/${tenant}/oauth2/v2.0/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: "app-1",
      ...form,
    }).toString(),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** A GET of a path at the global host. */
export function getRequest(path: string, headers: Record<string, string> = {}): Request {
  return createRequest(`https://${HOST}${path}`, { headers });
}

/** The preflight that a browser sends before a page's request to the token endpoint. */
export function preflight(): Request {
  return createRequest(`https://${HOST}/${TENANT}/oauth2/v2.0/token`, {
    method: "OPTIONS",
    headers: { origin: "https://app.test", "access-control-request-method": "POST" },
  });
}

/** How a call ended, in one word: a status, or the code of its network fault. Anything else is thrown on. */
export async function endOf(call: Promise<Response | void>): Promise<string> {
  try {
    const response = await call;
    return response === undefined ? "connected" : String(response.status);
  } catch (error) {
    if (error instanceof NetworkFault) return error.code;
    throw error;
  }
}

/** The answer to one token request under one effect, ten seconds into its window. */
export async function answerTo(
  effect: FaultEffect,
  options: {
    at?: FaultSite;
    request?: Request;
    text?: string;
    errorSeparator?: "crlf";
    retryAfterExposed?: "yes";
  } = {},
): Promise<Response> {
  const { at = "primary", request = tokenRequest(), text = GOOD_TEXT } = options;
  const { errorSeparator, retryAfterExposed } = options;
  const { service, clock } = breakService([aWindow(effect, { at })], {
    service: createHealthyService(text),
    ...(errorSeparator === undefined ? {} : { errorSeparator }),
    ...(retryAfterExposed === undefined ? {} : { retryAfterExposed }),
  });
  clock.jumpTo(10_000);
  return service.handle(request);
}
