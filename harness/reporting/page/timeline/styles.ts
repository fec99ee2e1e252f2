/**
 * What can be drawn, and what it means: one list for the marks, the legend and the style
 * sheet, whose classes are the names. No two differ in colour alone: outcomes differ in place or
 * hatching, too, and every mark can be read in words.
 */

/** Each mark's name with its meaning, in the order of the legend. */
export const markMeanings = {
  "call-ok": "call that ended well",
  "call-fail": "call that failed",
  "call-blocked": "call that failed without a request: the client held it back",
  "call-unknown": "call given up, or open at the end",
  "request-ok": "request answered well",
  "request-refused": "request refused (4xx)",
  "request-throttled": "request throttled (429)",
  "request-failed": "request failed (5xx, or no answer)",
  "request-open": "request abandoned",
  wait: "Retry-After: no request should be sent",
  "token-valid": "a token is valid",
  "token-extended": "past its expiry, usable in an outage (ext_expires_in)",
  fault: "something is broken",
  "screen-content": "the person sees the application",
  "screen-sign-in": "sees a sign-in page",
  "screen-error": "sees an error",
  "screen-spinner": "sees a spinner",
  "screen-blank": "sees nothing",
  prompt: "a person is asked to act",
  restart: "restart",
  tab: "tab opened, loaded anew or closed",
  "page-error": "error that nothing caught",
  presented: "token accepted by an API",
  "presented-refused": "token refused by an API",
  world: "change in the directory",
  note: "note of the script",
} as const;

export type MarkStyle = keyof typeof markMeanings;

/** Marks that are drawn as a sign of fixed size, at a moment. */
export const signs: ReadonlySet<MarkStyle> = new Set([
  "prompt",
  "restart",
  "tab",
  "page-error",
  "presented",
  "presented-refused",
  "world",
  "note",
] as const);
