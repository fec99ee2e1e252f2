/**
 * Checks what a window says of pages in browsers: whether they may read an answer, and what
 * becomes of their preflights.
 */
import { expected, type ReportProblem } from "../core/validation.ts";
import type { Endpoint } from "../entra/request/endpoint.ts";
import { isOfDevice } from "./check-device.ts";
import { isConnectionEffect, traitsOf } from "./effect-traits.ts";
import type { FaultEffect, FaultWindow } from "./plan.ts";

/** Reports `cors` and `preflights` where they could change nothing. */
export function checkPages(window: FaultWindow, report: ReportProblem): void {
  if (isOfDevice(window.at)) return;
  checkCors(window, report);
  checkPreflights(window, report);
}

/** Endpoints that people are sent to: a page never reads their answers. */
const NAVIGATED: readonly Endpoint[] = ["authorize", "logout", "saml"];

function checkCors({ at, on, effect }: FaultWindow, report: ReportProblem): void {
  const cors = corsOf(effect);
  if (cors === undefined) return;
  const path = ["effect", ...traitsOf(effect).cors.split(".")];
  if (at === "machine")
    report(path, "changes nothing: no page asks the endpoint of a machine", "Leave it out.");
  if (on === "all" || !on.every((endpoint) => NAVIGATED.includes(endpoint))) return;
  const shown = on.map((endpoint) => `"${endpoint}"`).join(" and ");
  const why = `people are sent to ${shown}, and no page reads the answer`;
  report(path, `changes nothing: ${why}`, "Leave it out, or add another endpoint.");
}

/** What an effect says of CORS headers. */
function corsOf(effect: FaultEffect): string | undefined {
  const answer = "shed" in effect ? effect.shed : effect;
  return "cors" in answer ? answer.cors : undefined;
}

function checkPreflights(window: FaultWindow, report: ReportProblem): void {
  const { at, effect, preflights, where = {} } = window;
  if (preflights === undefined) return;
  const { kind } = effect;
  const field = ["preflights"];
  if (isConnectionEffect(effect)) {
    const why = `"${kind}" breaks connections, and every request on them`;
    report(field, `changes nothing: ${why}`, "Leave it out.");
    return;
  }
  if (at === "machine") {
    report(field, "changes nothing: no page asks the endpoint of a machine", "Leave it out.");
    return;
  }
  if (preflights === "pass") return;
  if (traitsOf(effect).acts === "on-response") {
    const what = `"pass": the answer to a preflight has no body for "${kind}" to change`;
    report(field, expected(what, preflights));
  }
  if (preflights === "take") return;
  for (const name of ["grant", "app", "user"] as const) {
    if (where[name] === undefined) continue;
    const why = "a preflight has no body yet that names one";
    report(["where", name], `cannot narrow a window on preflights only: ${why}`);
  }
}
