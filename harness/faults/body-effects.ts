/**
 * Faults of a good answer: its body arrives slowly, in part, with a wrong content type, or without
 * some of its content. Each makes another response of the service's own; the mount performs the
 * `BodyDelivery` on the socket.
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

/** The response as the effect changes it; the same one when there is nothing to change. */
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
      // The body has ended before it could pause.
      if (bytes >= length) return response;
      return deliver(response, text, { kind: "stalled", bytes, forMs });
    }
    case "cut-body": {
      const { bytes, by } = effect;
      if (bytes >= length) return response;
      return deliver(response, text, { kind: "cut", bytes, by }, [
        // Only a client that knows the length can notice that the end is missing.
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
      const gone = signingIndexOf(keySet.keys);
      const keys = keySet.keys.filter((_, index) => index !== gone);
      return rewrite(response, JSON.stringify({ ...keySet, keys }));
    }
  }
}

/** Which key of a set signs: the first, or in a set of several families the last of the first family. */
function signingIndexOf(keys: readonly unknown[]): number {
  const families = keys.map(familyOf);
  const isOfFirst = families.map((family) => family === families[0]);
  return isOfFirst.includes(false) ? isOfFirst.lastIndexOf(true) : 0;
}

/** The keys of one cloud and issuer are a family. */
function familyOf(key: unknown): string {
  const { cloud_instance_name: cloud, issuer } = (key ?? {}) as Readonly<Record<string, unknown>>;
  return `${String(cloud)} ${String(issuer)}`;
}

/** Another text with the right length, so that only its content is wrong. */
function rewrite(response: Response, text: string): Response {
  const length = Buffer.byteLength(text);
  const delivery = deliveryOf(response);
  // The place where an inner fault cut or stalled the longer text may be past the end of this one.
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

/** The first bytes of a text, without a broken character at the end. */
function firstBytes(text: string, bytes: number): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes), { stream: true });
}

/** A JSON Web Key Set (RFC 7517 section 5); undefined when the text is something else. */
function readKeySet(text: string): { readonly keys: readonly unknown[] } | undefined {
  try {
    const value = JSON.parse(text) as { readonly keys?: unknown } | null;
    if (!Array.isArray(value?.keys)) return undefined;
    return { ...value, keys: value.keys as readonly unknown[] };
  } catch {
    return undefined;
  }
}
