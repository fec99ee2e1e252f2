/**
 * What an effect of a fault plan may look like: one row a kind, which the compiler compares
 * with the union in `plan.ts`, so that a new effect cannot be forgotten here.
 */
import {
  type Check,
  jsonValue,
  name,
  object,
  oneOf,
  optional,
  ratio,
  refuse,
  show,
  text,
  variant,
  type FieldsOf,
  type VariantFields,
  whole,
} from "../core/shape.ts";
import type {
  CapacityEffect,
  ErrorBody,
  FaultEffect,
  FaultEffectKind,
  RetryAfter,
} from "./plan.ts";

/** A century; what is longer was meant otherwise, and would leave the range of dates. */
const LONGEST_MS = 100 * 365 * 86_400_000;
/** Whole milliseconds. */
export const durationMs = whole(0, LONGEST_MS);
/** How many requests, bytes or seconds. */
export const count = whole(0, Number.MAX_SAFE_INTEGER);

/** What may stand in a header: Fetch and Node refuse control characters. */
const headerText: Check = (value, path) => {
  text(value, path);
  if (!/^[\t\x20-\x7e]*$/.test(value as string)) {
    refuse(path, `is ${show(value)}; a header value has printable ASCII characters only`);
  }
};

const retryAfter = variant("form", {
  seconds: { seconds: count },
  // A date in the past is one of the forms that clients meet.
  "http-date": { seconds: whole(-LONGEST_MS / 1_000, LONGEST_MS / 1_000) },
  absent: {},
  zero: {},
  garbage: {
    text: (value, path) => {
      headerText(value, path);
      if (/^\s*\d+\s*$/.test(value as string)) {
        refuse(path, `is ${show(value)}, a valid Retry-After`, 'Use the form "seconds".');
      }
    },
  },
} satisfies { [Form in RetryAfter["form"]]: VariantFields<RetryAfter, "form", Form> });

const cors = optional(oneOf(["present", "absent"]));

const body = variant("form", {
  aadsts: { code: whole(1, 9_999_999) },
  json: { value: jsonValue },
  text: { text },
  html: { title: text },
  empty: {},
} satisfies { [Form in ErrorBody["form"]]: VariantFields<ErrorBody, "form", Form> });

const delay: Check = (value, path) => {
  if (typeof value !== "object") return durationMs(value, path);
  object({ min: durationMs, max: durationMs })(value, path);
  const { min, max } = value as { min: number; max: number };
  if (min > max) refuse(`${path}.min`, `is ${min}, more than max (${max})`);
};

/** Checks the `effect` of a window. */
export const effect = variant("kind", {
  throttle: { status: optional(oneOf([429, 503])), retryAfter, body, cors },
  "server-error": {
    status: oneOf([500, 501, 502, 503, 504]),
    retryAfter: optional(retryAfter),
    body,
    cors,
  },
  updating: { status: oneOf([404, 410]), body },
  capacity: {
    // The last times of so many requests are remembered.
    requests: whole(1, 1_000_000),
    perMs: whole(1, LONGEST_MS),
    collapsesTo: ratio,
    regrowsPerMinute: ratio,
    shed: object({
      status: oneOf([429, 500, 502, 503, 504]),
      retryAfter,
      body,
      cors,
    } satisfies FieldsOf<CapacityEffect["shed"]>),
  },
  latency: { delay },
  hang: { forMs: optional(durationMs) },
  "slow-body": { chunkBytes: whole(1, Number.MAX_SAFE_INTEGER), everyMs: durationMs },
  "stalled-body": { bytes: count, forMs: durationMs },
  "truncated-body": { bytes: count },
  "cut-body": { bytes: count, by: oneOf(["fin", "reset"]) },
  refused: {},
  reset: {},
  "dns-failure": {},
  "connect-timeout": {},
  "tls-failure": {},
  "wrong-content-type": {
    contentType: (value, path) => {
      name(value, path);
      headerText(value, path);
    },
  },
  "empty-success": { cors },
  "keys-withdrawn": {},
} satisfies { [Kind in FaultEffectKind]: VariantFields<FaultEffect, "kind", Kind> });
