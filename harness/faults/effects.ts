/**
 * What each effect does to a request that its window has taken. An effect waits, answers, breaks
 * the connection, or changes the response of `next`; `layer.ts` decides which windows take a
 * request.
 */
import type { Handler } from "../core/http/handler.ts";
import { NetworkFault, type NetworkFaultCode } from "../core/http/network-fault.ts";
import type { Random } from "../core/random.ts";
import { alterResponse } from "./body-effects.ts";
import type { ConnectionEffect, ExchangeEffect } from "./effect-traits.ts";
import {
  type AnswerContext,
  createChosenAnswer,
  createEmptySuccess,
  createErrorAnswer,
} from "./error-answer.ts";
import type { Delay } from "./plan.ts";

export interface EffectContext extends AnswerContext {
  /** When the window closes, ms since the Unix epoch. */
  readonly endsAtMs: number;
  /** Aborted when the window is cleared before that. */
  readonly cleared?: AbortSignal;
}

/** Performs an effect. Rejects with a `NetworkFault`, or as `next` does, or with the reason for which the request was aborted. */
export async function performEffect(
  effect: ExchangeEffect,
  context: EffectContext,
  next: Handler,
): Promise<Response> {
  const { request, described, clock, random } = context;
  switch (effect.kind) {
    case "throttle": {
      const { status = 429, retryAfter, body, cors } = effect;
      return createErrorAnswer({ status, retryAfter, body, cors }, context);
    }
    case "server-error": {
      const { status, retryAfter = { form: "absent" }, body, cors } = effect;
      return createErrorAnswer({ status, retryAfter, body, cors }, context);
    }
    case "respond":
      return createChosenAnswer(effect, context);
    case "updating": {
      const { status, body } = effect;
      return createErrorAnswer({ status, retryAfter: { form: "absent" }, body }, context);
    }
    case "capacity":
      return createErrorAnswer(effect.shed, context);
    case "latency":
      await clock.sleep(drawDelay(effect.delay, random), request.signal);
      return next(request);
    case "hang":
      await hangUntilOver(effect.forMs, context);
      throw new NetworkFault("ECONNRESET", described.host);
    case "answer-lost":
      await next(request);
      if (effect.by === "hang") await hangUntilOver(effect.forMs, context);
      throw new NetworkFault("ECONNRESET", described.host);
    case "reset":
      throw new NetworkFault("ECONNRESET", described.host);
    case "empty-success":
      return createEmptySuccess(effect, context);
    case "slow-body":
    case "stalled-body":
    case "truncated-body":
    case "cut-body":
    case "wrong-content-type":
    case "keys-withdrawn":
      return alterResponse(effect, await next(request));
  }
}

/** Waits for `forMs`, at most until the window closes. */
async function hangUntilOver(forMs = Infinity, context: EffectContext): Promise<void> {
  const nowMs = context.clock.now();
  const untilMs = Math.min(context.endsAtMs, nowMs + forMs);
  await hangFor(Math.max(0, untilMs - nowMs), context);
}

/** Waits until the hang is over or its window is cleared; rejects with the reason for which the request was aborted. */
async function hangFor(
  waitMs: number,
  { clock, request, cleared }: Pick<EffectContext, "clock" | "request" | "cleared">,
): Promise<void> {
  const over = new AbortController();
  const end = (): void => over.abort();
  const signals = [request.signal, ...(cleared === undefined ? [] : [cleared])];
  for (const signal of signals) signal.addEventListener("abort", end, { once: true });
  if (signals.some(({ aborted }) => aborted)) end();
  await clock.sleep(waitMs, over.signal).catch(() => undefined);
  for (const signal of signals) signal.removeEventListener("abort", end);
  request.signal.throwIfAborted();
}

/** How long a client waits for a connection: the limit of Node's own fetch (`docs/sources.md#k1`). */
const CONNECT_TIMEOUT_MS = 10_000;

const connectionCodes: Readonly<Record<ConnectionEffect["kind"], NetworkFaultCode>> = {
  refused: "ECONNREFUSED",
  "dns-failure": "ENOTFOUND",
  offline: "ENOTFOUND",
  "connect-timeout": "ETIMEDOUT",
  "tls-failure": "ERR_TLS_CERT_ALTNAME_INVALID",
};

/** How the client's HTTP stack reports a broken connection; it waits for a lost SYN at most until the window closes. */
export function connectionFault(
  { kind }: ConnectionEffect,
  host: string,
  remainingMs: number,
): NetworkFault {
  if (kind !== "connect-timeout") return new NetworkFault(connectionCodes[kind], host);
  const afterMs = Math.min(CONNECT_TIMEOUT_MS, remainingMs);
  return new NetworkFault(connectionCodes[kind], host, { afterMs });
}

function drawDelay(delay: Delay, random: Random): number {
  return typeof delay === "number" ? delay : random.integer(delay.min, delay.max);
}
