/** A fault plan that is accepted, to be spoiled in tests of its validation. */
import { HarnessError } from "../../harness/core/errors.ts";
import { checkFaultPlan } from "../../harness/faults/validate.ts";

export const answer = { status: 503, retryAfter: { form: "absent" }, body: { form: "empty" } };
export const serverError = { kind: "server-error", ...answer };
export const refused = { kind: "refused" };
export const updating = { kind: "updating", status: 410, body: { form: "empty" } };
export const capacity = {
  kind: "capacity",
  requests: 20,
  perMs: 10_000,
  collapsesTo: 0.05,
  regrowsPerMinute: 0.5,
  shed: answer,
};
export const atMachine = { at: "machine", on: ["managed-identity"] };

export const goodWindow = {
  id: "busy",
  at: "primary",
  on: ["token"],
  from: 0,
  for: 60_000,
  effect: {
    kind: "throttle",
    retryAfter: { form: "seconds", seconds: 60 },
    body: { form: "text", text: "Too Many Requests" },
  },
};

/** The error with which a plan is refused. Throws when it is accepted. */
export function planRefusalOf(plan: unknown, place?: string): HarnessError {
  try {
    checkFaultPlan(plan, place);
  } catch (error) {
    if (error instanceof HarnessError) return error;
    throw error;
  }
  throw new Error("the plan was accepted");
}

/** Why the good window is refused with these fields changed: its path, then what the message and the hint say. */
export function windowRefusalOf(changes: object): { readonly path: string; readonly says: string } {
  const { message, place = "", hint = "" } = planRefusalOf([{ ...goodWindow, ...changes }]);
  return { path: place.replace("faults[0].", ""), says: `${message}. ${hint}` };
}
