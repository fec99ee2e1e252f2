/**
 * How a response body reaches the client when there is no socket to break: the mounts
 * `direct`, `msw` and `nock` share it. A whole body is the handler's own response,
 * untouched, because the direct mount has microseconds to spend; any other becomes a
 * stream that the virtual clock paces and that ends as undici's would.
 */
import type { Clock } from "../core/time/clock.ts";
import type { Hold } from "../core/time/gate.ts";
import { type BodyDelivery, deliveryOf, textOfResponse } from "../core/http/message.ts";
import {
  bodyTerminated,
  bodyTimeoutError,
  otherSideClosedError,
  resetError,
} from "./node-errors.ts";

export interface DeliveryContext {
  readonly clock: Clock;
  readonly hold: Hold;
  /** Whose abort also ends the body. */
  readonly request: Request;
  /** Whether the client gives up a body of which nothing comes for 300 s, as `fetch` does and `node:http` does not. */
  readonly client: "fetch" | "http";
}

/**
 * The response as the client gets it. Releases `hold` when the last byte has been handed
 * over, the body has failed, or the client has cancelled it.
 */
export async function deliver(
  response: Response,
  { clock, hold, request, client }: DeliveryContext,
): Promise<Response> {
  const delivery = deliveryOf(response);
  if (delivery.kind === "whole") {
    hold.release();
    return response;
  }
  const bytes = Buffer.from(await textOfResponse(response));
  return new Response(streamOf(bytes, delivery, { clock, hold, request, client }), {
    status: response.status,
    headers: response.headers,
  });
}

type BrokenDelivery = Exclude<BodyDelivery, { readonly kind: "whole" }>;

/** One step of a delivery: wait, then send; `undefined` bytes send nothing. */
export interface DeliveryStep {
  readonly afterMs: number;
  readonly bytes: Uint8Array;
}

/** What is sent when, for every delivery; a cut one ends after its last step. */
export function stepsOf(bytes: Uint8Array, delivery: BodyDelivery): readonly DeliveryStep[] {
  switch (delivery.kind) {
    case "whole":
      return [{ afterMs: 0, bytes }];
    case "cut":
      return [{ afterMs: 0, bytes: bytes.subarray(0, delivery.bytes) }];
    case "stalled":
      return [
        { afterMs: 0, bytes: bytes.subarray(0, delivery.bytes) },
        { afterMs: delivery.forMs, bytes: bytes.subarray(delivery.bytes) },
      ];
    case "slow": {
      const chunkBytes = Math.max(1, delivery.chunkBytes);
      const steps: DeliveryStep[] = [];
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        steps.push({
          afterMs: at === 0 ? 0 : delivery.everyMs,
          bytes: bytes.subarray(at, at + chunkBytes),
        });
      }
      return steps;
    }
  }
}

/** undici's `bodyTimeout`, ms: no part of a body for so long, and fetch gives it up. */
const BODY_TIMEOUT_MS = 300_000;

/** Sends whether or not the client reads, as a server does: a client that never reads must not stop the clock. */
function streamOf(
  bytes: Uint8Array,
  delivery: BrokenDelivery,
  { clock, hold, request, client }: DeliveryContext,
): ReadableStream<Uint8Array> {
  const limitMs = client === "fetch" ? BODY_TIMEOUT_MS : Infinity;
  const abandoned = new AbortController();
  const giveUp = (): void => abandoned.abort(request.signal.reason);
  const send = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    for (const step of stepsOf(bytes, delivery)) {
      if (step.afterMs > 0) {
        await clock.sleep(Math.min(step.afterMs, limitMs), abandoned.signal);
      }
      if (step.afterMs > limitMs) throw bodyTerminated(bodyTimeoutError());
      if (step.bytes.length > 0) controller.enqueue(step.bytes);
    }
    if (delivery.kind !== "cut") return controller.close();
    await untilRead(controller);
    throw bodyTerminated(delivery.by === "fin" ? otherSideClosedError() : resetError());
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      request.signal.addEventListener("abort", giveUp, { once: true });
      void hold
        .run(() => send(controller))
        .catch((error: unknown) => controller.error(error))
        .finally(() => {
          request.signal.removeEventListener("abort", giveUp);
          hold.release();
        });
    },
    cancel: () => abandoned.abort(),
  });
}

/** An errored stream drops what is queued, a socket does not: the part that arrived is read first. */
async function untilRead(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
  for (let turn = 0; turn < TURNS_TO_READ_MAX && (controller.desiredSize ?? 1) < 1; turn += 1) {
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}

/** A client that has not read by then does not read at all. */
const TURNS_TO_READ_MAX = 20;
