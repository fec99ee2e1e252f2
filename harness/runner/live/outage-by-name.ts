/** The outages that a test calls by name: the presets of `harness/faults/presets.ts`, by their ids. */
import { textOf } from "../../core/thrown.ts";
import { type Duration, parseDuration } from "../../core/time/parse-duration.ts";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import type { OutageName } from "../../faults/outage-names.ts";
import type { FaultPlan } from "../../faults/plan.ts";
import {
  cacheStoreDown,
  cacheStoreFull,
  cacheStoreSlow,
  clockWrong,
  offline,
} from "../../faults/device-presets.ts";
import { keyReplicasDisagree, secondFactorDown } from "../../faults/sign-in-presets.ts";
import { checkPresetOptions, type WindowOptions } from "../../faults/preset-options.ts";
import {
  answerLost,
  customAnswer,
  discoveryDown,
  hang,
  identityEndpointDown,
  identityEndpointThrottled,
  identityEndpointUpdating,
  keysWithdrawn,
  nameLookupDown,
  outage,
  overloadedOnReturn,
  partialOutage,
  primaryDown,
  throttled,
  tokenServerError,
  trafficRampedUp,
  unreachable,
} from "../../faults/presets.ts";

const presets = {
  outage,
  unreachable,
  "name-lookup-down": nameLookupDown,
  "primary-down": primaryDown,
  "token-server-error": tokenServerError,
  throttled,
  "partial-outage": partialOutage,
  hang,
  "custom-answer": customAnswer,
  "answer-lost": answerLost,
  "discovery-down": discoveryDown,
  "second-factor-down": secondFactorDown,
  "keys-withdrawn": keysWithdrawn,
  "key-replicas-disagree": keyReplicasDisagree,
  "identity-endpoint-updating": identityEndpointUpdating,
  "identity-endpoint-throttled": identityEndpointThrottled,
  "identity-endpoint-down": identityEndpointDown,
  "overloaded-on-return": overloadedOnReturn,
  "traffic-ramped-up": trafficRampedUp,
  offline,
  "clock-wrong": clockWrong,
  "cache-store-down": cacheStoreDown,
  "cache-store-slow": cacheStoreSlow,
  "cache-store-full": cacheStoreFull,
} as const satisfies Readonly<Record<OutageName, unknown>>;

type Presets = typeof presets;

/** The name of an outage, which is also its id in the history. */
export type PresetName = OutageName;

/** The options of a preset, apart from its time. */
type OwnOptions<Name extends PresetName> = Omit<
  Parameters<Presets[Name]>[0],
  "id" | "from" | "for" | "where"
>;

/** When, for whom, and the options of the preset itself. */
export type PresetOptions<Name extends PresetName> = Flat<OwnOptions<Name> & Timing>;

interface Timing extends Pick<WindowOptions, "id" | "where"> {
  /** How long from now until it begins; default: at once. */
  readonly from?: Duration;
  /** How long it lasts unless it is cleared earlier; default: a day. */
  readonly for?: Duration;
}

/** One object type: TypeScript would accept a string for an intersection without fields. */
type Flat<T> = { readonly [Field in keyof T]: T[Field] };

/** Required exactly when the preset itself requires something. */
export type PresetArguments<Name extends PresetName> =
  Record<never, never> extends OwnOptions<Name>
    ? [options?: PresetOptions<Name>]
    : [options: PresetOptions<Name>];

/** The plan of a preset, with times in ms from now. Throws `bad-fault-plan` for a name that does not exist, `bad-usage` for an option that the preset does not have, and for a text that is not a duration. */
export function planOf<Name extends PresetName>(
  name: Name,
  options: PresetOptions<Name>,
): FaultPlan {
  const names = Object.keys(presets);
  if (!(names as readonly unknown[]).includes(name)) {
    throw new HarnessError("bad-fault-plan", `there is no outage "${textOf(name)}"`, {
      place: "outage",
      hint: suggestNames(textOf(name), names, `There are ${names.join(", ")}.`),
    });
  }
  const place = `outage "${name}"`;
  checkPresetOptions(name, options, place);
  const timed = {
    ...(options as Timing),
    from: parseDuration(options.from ?? 0, `${place}, from`),
    for: parseDuration(options.for ?? "1d", `${place}, for`),
  };
  // The types of this function have checked the options of each preset.
  const windows = (presets[name] as (options: WindowOptions) => FaultPlan[number] | FaultPlan)(
    timed,
  );
  return [windows].flat();
}
