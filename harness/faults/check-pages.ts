/**
 * Checks what a window says of pages in browsers: whether they may read an answer, and what
 * becomes of their preflights. Part of `validate.ts`.
 */
import type { Endpoint } from "../entra/request/endpoint.ts";
import { refuse } from "../core/shape.ts";
import { isConnectionEffect, traitsOf } from "./effect-traits.ts";
import type { FaultEffect, FaultWindow } from "./plan.ts";

/** Refuses `cors` and `preflights` where they could change nothing. */
export function checkPages(window: FaultWindow, path: string): void {
  checkCors(window, path);
  checkPreflights(window, path);
}

/** Endpoints that persons are sent to: a page never reads their answers. */
const NAVIGATED: readonly Endpoint[] = ["authorize", "logout", "saml"];

function checkCors({ at, on, effect }: FaultWindow, path: string): void {
  const found = corsOf(effect);
  if (found === undefined) return;
  const [where, cors] = found;
  if (at === "machine") {
    refuse(`${path}.${where}`, `is "${cors}"; no page asks the endpoint of a machine`);
  }
  if (on !== "all" && on.length > 0 && on.every((endpoint) => NAVIGATED.includes(endpoint))) {
    const why = `${on.map((endpoint) => `"${endpoint}"`).join(" and ")} show pages to persons, whose answers have no CORS headers`;
    refuse(`${path}.${where}`, `is "${cors}"; ${why}`, "Leave it out, or add another endpoint.");
  }
}

/** Where an effect says whether its answer has CORS headers, and what it says. */
function corsOf(effect: FaultEffect): readonly [path: string, cors: string] | undefined {
  const { cors: place } = traitsOf(effect);
  const answer = "shed" in effect ? effect.shed : effect;
  const cors = "cors" in answer ? answer.cors : undefined;
  return cors === undefined ? undefined : [`effect.${place}`, cors];
}

function checkPreflights({ at, effect, preflights, where = {} }: FaultWindow, path: string): void {
  if (preflights === undefined) return;
  const place = `${path}.preflights`;
  const { kind } = effect;
  if (isConnectionEffect(effect)) {
    const why = "a connection is broken before it is known what it is for";
    refuse(place, `is "${preflights}"; ${why} ("${kind}")`, "Leave it out.");
  }
  if (at === "machine") refuse(place, `is "${preflights}"; no page asks the endpoint of a machine`);
  if (preflights === "pass") return;
  if (traitsOf(effect).acts === "on-response") {
    refuse(place, `is "${preflights}"; the answer to a preflight has no body for "${kind}"`);
  }
  if (preflights === "take") return;
  for (const field of ["grant", "app", "user"] as const) {
    if (where[field] === undefined) continue;
    const why = "a preflight has no body yet that names one";
    refuse(`${path}.where.${field}`, `cannot narrow a window on preflights only: ${why}`);
  }
}
