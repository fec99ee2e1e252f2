/** Plays a scenario with fewer faults or other values: what a control does to find out on what a finding depends. */
import { HarnessError, suggestNames } from "../core/errors.ts";
import type { ServiceSettings } from "../entra/directory/service-settings.ts";
import type { FaultPlan } from "../faults/plan.ts";
import type { Variation } from "../history/header.ts";
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
  return { ...scenario, faults: variedFaults(kept, { ids, values }) };
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
    if (path.startsWith("settings.")) return plan;
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
  const fields: readonly string[] =
    typeof whole === "object" && whole !== null ? Object.keys(whole) : [];
  if (!fields.includes(field)) {
    throw new HarnessError("bad-scenario", `there is no field "${field}"`, {
      place: `variation.values["${set.path}"]`,
      hint: suggestNames(field, fields, `There are ${fields.slice(0, 12).join(", ")}.`),
    });
  }
  const before = (whole as Readonly<Record<string, unknown>>)[field];
  return {
    ...(whole as object),
    [field]: inner.length === 0 ? set.value : withValue(before, inner, set),
  };
}

function noWindow(id: string, ids: readonly string[]): HarnessError {
  return new HarnessError("bad-scenario", `there is no fault window "${id}"`, {
    place: "variation",
    hint: suggestNames(id, ids, `The scenario has ${ids.join(", ") || "none"}.`),
  });
}
