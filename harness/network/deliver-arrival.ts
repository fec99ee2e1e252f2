/** Sends an answer over the socket on which its request arrived, as its delivery says. */
import { bytesOfResponse, deliveryOf } from "../core/http/message.ts";
import type { Clock } from "../core/time/clock.ts";
import { stepsOf } from "./deliver.ts";
import type { Arrival } from "./https-server.ts";

export interface ArrivalDelivery {
  readonly clock: Clock;
  /** Aborts when the client went away. */
  readonly gone: AbortSignal;
  /** Waited for before a body is cut, so that the end does not overtake what came before it; default: nothing. */
  readonly beforeCut?: () => Promise<void>;
}

/** Sends the answer; resolves when its last byte is sent, or its connection broken. */
export async function deliverArrival(
  response: Response,
  arrival: Arrival,
  { clock, gone, beforeCut }: ArrivalDelivery,
): Promise<void> {
  const delivery = deliveryOf(response);
  const steps = stepsOf(await bytesOfResponse(response), delivery);
  for (const [index, { afterMs, bytes }] of steps.entries()) {
    if (afterMs > 0) await clock.sleep(afterMs, gone);
    const isLast = index === steps.length - 1 && delivery.kind !== "cut";
    await arrival.send(response, bytes, isLast ? "last" : "more");
  }
  if (delivery.kind !== "cut") return;
  await beforeCut?.();
  if (delivery.by === "fin") arrival.close();
  else arrival.reset();
}
