/**
 * Faults of a good answer: its body comes slowly, in part, under a wrong name, or without
 * something. Each takes the service's response and makes another of it; what happens on
 * the socket is left to the mount, which performs the `BodyDelivery`.
 */
import {
  type BodyDelivery,
  createResponse,
  deliveryOf,
  type HeaderPair,
  headersOf,
  textOfResponse,
} from "../core/http/message.ts";
import type { ResponseEffect } from "./effect-traits.ts";

/** The response as the effect leaves it; the same one when there is nothing for it to do. */
export async function alterResponse(effect: ResponseEffect, response: Response): Promise<Response> {
  const text = await textOfResponse(response);
  const length = Buffer.byteLength(text);
  switch (effect.kind) {
    case "slow-body": {
      const { chunkBytes, everyMs } = effect;
      if (length === 0) return response;
      return deliver(response, text, { kind: "slow", chunkBytes, everyMs });
    }
    case "stalled-body": {
      const { bytes, forMs } = effect;
      // The body was whole before it could stall.
      if (bytes >= length) return response;
      return deliver(response, text, { kind: "stalled", bytes, forMs });
    }
    case "cut-body": {
      const { bytes, by } = effect;
      if (bytes >= length) return response;
      return deliver(response, text, { kind: "cut", bytes, by }, [
        // The client can only notice a missing end if it was promised one.
        ["Content-Length", String(length)],
      ]);
    }
    case "truncated-body":
      if (effect.bytes >= length) return response;
      return rewrite(response, firstBytes(text, effect.bytes));
    case "wrong-content-type":
      return deliver(response, text, deliveryOf(response), [["Content-Type", effect.contentType]]);
    case "keys-withdrawn": {
      const keySet = readKeySet(text);
      if (keySet === undefined || keySet.keys.length === 0) return response;
      return rewrite(response, JSON.stringify({ ...keySet, keys: keySet.keys.slice(1) }));
    }
  }
}

/** Another text, whole and of the right length, so that only its contents are wrong. */
function rewrite(response: Response, text: string): Response {
  const length = Buffer.byteLength(text);
  const delivery = deliveryOf(response);
  // An inner fault that cut or stalled the longer text is now past the end of this one.
  const isPast = "bytes" in delivery && delivery.bytes >= length;
  return deliver(response, text, isPast ? { kind: "whole" } : delivery, [
    ["Content-Length", String(length)],
  ]);
}

function deliver(
  response: Response,
  text: string,
  delivery: BodyDelivery,
  changes: readonly HeaderPair[] = [],
): Response {
  let headers = headersOf(response);
  for (const [name, value] of changes) headers = withHeader(headers, name, value);
  return createResponse(text, { status: response.status, headers }, delivery);
}

function withHeader(
  headers: readonly HeaderPair[],
  name: string,
  value: string,
): readonly HeaderPair[] {
  const isIt = ([found]: HeaderPair): boolean => found.toLowerCase() === name.toLowerCase();
  if (!headers.some(isIt)) return [...headers, [name, value]];
  return headers.map((pair): HeaderPair => (isIt(pair) ? [pair[0], value] : pair));
}

/** The first bytes of a text, without a broken character at their end. */
function firstBytes(text: string, bytes: number): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes), { stream: true });
}

/** A JSON Web Key Set (RFC 7517 section 5), or nothing when the answer is something else. */
function readKeySet(text: string): { readonly keys: readonly unknown[] } | undefined {
  try {
    const value = JSON.parse(text) as { readonly keys?: unknown } | null;
    if (!Array.isArray(value?.keys)) return undefined;
    return { ...value, keys: value.keys as readonly unknown[] };
  } catch {
    return undefined;
  }
}
