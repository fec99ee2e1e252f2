/**
 * Checks a fault plan that a person wrote, before anything runs. First the shape, by
 * tables that the compiler compares with the types of `plan.ts`; then what holds between
 * fields, because a window that can never take a request is a mistake, not a calm day.
 */
import { endpoints } from "../entra/request/endpoint.ts";
import {
  type FieldsOf,
  listOf,
  name,
  object,
  oneOf,
  optional,
  ratio,
  refuse,
  refusingAs,
  show,
} from "../core/shape.ts";
import { checkPages } from "./check-pages.ts";
import { checkSite } from "./check-site.ts";
import { checkSlice, slice } from "./check-slice.ts";
import { count, durationMs, effect } from "./effect-shape.ts";
import { type CapacityEffect, type FaultPlan, faultSites, type FaultWindow } from "./plan.ts";

/**
 * The plan, when it is one. Throws `HarnessError("bad-fault-plan")` whose message begins
 * with the path of the wrong field; `place` says where the plan came from (a file, a scenario).
 */
export function checkFaultPlan(plan: unknown, place?: string): FaultPlan {
  return refusingAs({ code: "bad-fault-plan", place }, () => {
    if (!Array.isArray(plan)) refuse("faults", `is ${show(plan)}; it must be a list of windows`);
    const windows = Array.from(plan as unknown[]);
    windows.forEach((found, index) => {
      const place = `faults[${index}]`;
      if (Array.isArray(found))
        refuse(
          place,
          "is a list of windows",
          "Spread it: faults: [...primaryDown({ from, for })].",
        );
      checkWindow(found, place);
    });
    checkIds(windows as FaultWindow[]);
    return plan as FaultPlan;
  });
}

const endpointList = listOf(oneOf(endpoints));

const shape = object({
  id: name,
  at: oneOf(faultSites),
  on: (value, path) => {
    if (value === "all") return;
    if (Array.isArray(value)) return endpointList(value, path);
    const isEndpoint = (endpoints as readonly unknown[]).includes(value);
    const hint = isEndpoint ? `Write [${show(value)}].` : undefined;
    refuse(path, `is ${show(value)}; it must be "all" or a list of endpoints`, hint);
  },
  where: optional(slice),
  from: durationMs,
  for: durationMs,
  chance: optional(ratio),
  first: optional(count),
  after: optional(count),
  ramp: optional(object({ from: ratio, to: ratio })),
  preflights: optional(oneOf(["pass", "take", "only"])),
  effect,
} satisfies FieldsOf<FaultWindow>);

function checkWindow(found: unknown, path: string): void {
  shape(found, path);
  const window = found as FaultWindow;
  checkSite(window, path);
  checkPages(window, path);
  checkSlice(window, path);
  if (window.effect.kind === "capacity") checkCapacity(window.effect, `${path}.effect`);
}

function checkCapacity({ requests, collapsesTo }: CapacityEffect, path: string): void {
  if (collapsesTo === 0 || collapsesTo * requests >= 1) return;
  const left = `is ${collapsesTo}, which of ${requests} requests leaves less than one`;
  const hint = "Write 0 for a service that then serves nobody, or count over a longer perMs.";
  refuse(`${path}.collapsesTo`, left, hint);
}

function checkIds(windows: readonly FaultWindow[]): void {
  const seen = new Map<string, number>();
  windows.forEach(({ id }, index) => {
    const earlier = seen.get(id);
    if (earlier !== undefined) {
      refuse(`faults[${index}].id`, `is ${show(id)}, the id of faults[${earlier}]; ids are unique`);
    }
    seen.set(id, index);
  });
}
