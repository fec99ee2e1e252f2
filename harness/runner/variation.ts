/** Plays a scenario with fewer faults or other values: what a control does to find out on what a finding depends. */
import { HarnessError, suggestNames } from "../core/errors.ts";
import type { ServiceSettings } from "../entra/directory/service-settings.ts";
import type { FaultPlan } from "../faults/plan.ts";
import type { RuleLimits, Variation } from "../history/header.ts";
import type { Scenario } from "./scenario.ts";

/**
 * The scenario with the fault windows and the values of a variation; its settings are varied by
 * `variedSettings`. Throws `bad-scenario` for a window or a field that it does not have.
 */
export function variedScenario(scenario: Scenario, { faults, values }: Variation): Scenario {
  const ids = scenario.faults.map(({ id }) => id);
  const unknown = faults?.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw noWindow(unknown, ids);
  const kept = scenario.faults.filter(({ id }) => faults === undefined || faults.includes(id));
  const varied = { ...scenario, faults: variedFaults(kept, { ids, values }) };
  return variedLimits(varied, values);
}

/** The value at a path of `faults` or `limits`. Throws `bad-scenario` at `place` where there is none. */
export function valueAt(scenario: Scenario, path: string, place: string): unknown {
  const [root, ...fields] = path.split(".");
  if (root === "limits") return fieldAt(scenario.limits ?? {}, fields, { path, place });
  const ids = scenario.faults.map(({ id }) => id);
  const window = scenario.faults.find(({ id }) => path.startsWith(`faults.${id}.`));
  if (window === undefined) throw noWindow(path, ids, place);
  const inner = path.slice(`faults.${window.id}.`.length).split(".");
  return fieldAt(window, inner, { path, place });
}

function fieldAt(
  whole: unknown,
  fields: readonly string[],
  at: { readonly path: string; readonly place: string },
): unknown {
  return fields.reduce((value, field) => {
    const names = namesIn(value);
    if (!names.includes(field)) throw noField(field, names, `${at.place}: ${at.path}`);
    return (value as Readonly<Record<string, unknown>>)[field];
  }, whole);
}

function variedLimits(scenario: Scenario, values: Variation["values"] = {}): Scenario {
  return Object.entries(values).reduce((varied, [path, value]) => {
    const [root, ...fields] = path.split(".");
    if (root !== "limits") return varied;
    const limits = withValue(varied.limits ?? {}, fields, { path, value });
    return { ...varied, limits: limits as RuleLimits };
  }, scenario);
}

/** The settings with the values of a variation. Throws `bad-scenario` for a field that they do not have. */
export function variedSettings(
  settings: ServiceSettings,
  { values = {} }: Variation,
): ServiceSettings {
  return Object.entries(values).reduce<ServiceSettings>((all, [path, value]) => {
    const [root, ...fields] = path.split(".");
    return root === "settings" ? (withValue(all, fields, { path, value }) as ServiceSettings) : all;
  }, settings);
}

function variedFaults(
  faults: FaultPlan,
  { ids, values = {} }: { readonly ids: readonly string[]; readonly values: Variation["values"] },
): FaultPlan {
  return Object.entries(values).reduce((plan, [path, value]) => {
    if (/^(?:settings|limits)\./.test(path)) return plan;
    const id = ids.find((one) => path.startsWith(`faults.${one}.`));
    if (id === undefined) throw noWindow(path, ids);
    const fields = path.slice(`faults.${id}.`.length).split(".");
    return plan.map((window) =>
      window.id === id ? (withValue(window, fields, { path, value }) as typeof window) : window,
    );
  }, faults);
}

/** A copy with another value at the end of the path, which must have one already. */
function withValue(
  whole: unknown,
  [field = "", ...inner]: readonly string[],
  set: { readonly path: string; readonly value: unknown },
): unknown {
  const names = namesIn(whole);
  if (!names.includes(field)) throw noField(field, names, `variation.values["${set.path}"]`);
  const before = (whole as Readonly<Record<string, unknown>>)[field];
  return {
    ...(whole as object),
    [field]: inner.length === 0 ? set.value : withValue(before, inner, set),
  };
}

function namesIn(value: unknown): readonly string[] {
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}

function noField(field: string, names: readonly string[], place: string): HarnessError {
  return new HarnessError("bad-scenario", `there is no field "${field}"`, {
    place,
    hint: suggestNames(field, names, `There are ${names.slice(0, 12).join(", ")}.`),
  });
}

function noWindow(id: string, ids: readonly string[], place = "variation"): HarnessError {
  return new HarnessError("bad-scenario", `there is no fault window "${id}"`, {
    place,
    hint: suggestNames(id, ids, `The scenario has ${ids.join(", ") || "none"}.`),
  });
}
