/** What every preset has in common: its time, its slice, and the one table of the options that each has of its own. */
import { checkKeys } from "../core/errors.ts";
import type { OutageName } from "./outage-names.ts";
import type { FaultSlice, FaultWindow } from "./plan.ts";

/**
 * When an outage happens, and for which requests.
 *
 * @example
 * const window = outage({ from: hours(2), for: minutes(30), where: { tenant: "contoso.example" } });
 */
export interface WindowOptions {
  /** The id of the window, to which the history refers; default: the preset's name in kebab-case. */
  readonly id?: string;
  /** Milliseconds after the start of the scenario. */
  readonly from: number;
  /** How long it lasts, in milliseconds. */
  readonly for: number;
  /** Which requests it takes; default: all that the preset is about. */
  readonly where?: FaultSlice;
}

/** The options that a preset has beside those of `WindowOptions`, by its name. */
export const presetOptions = {
  outage: [],
  unreachable: [],
  "name-lookup-down": [],
  "primary-down": [],
  "token-server-error": ["code", "retryAfter"],
  throttled: ["retryAfter", "body"],
  "partial-outage": ["share", "on"],
  hang: ["hangMs"],
  "custom-answer": ["at", "on", "status", "headers", "retryAfter", "body", "cors"],
  "answer-lost": ["at", "on", "hangMs"],
  "second-factor-down": ["hangMs"],
  "discovery-down": [],
  "keys-withdrawn": [],
  "key-replicas-disagree": ["share"],
  "identity-endpoint-updating": ["status"],
  "identity-endpoint-throttled": ["retryAfter"],
  "identity-endpoint-down": ["status"],
  "overloaded-on-return": [
    "at",
    "on",
    "requests",
    "perMs",
    "collapsesTo",
    "regrowsPerMinute",
    "shed",
  ],
  "traffic-ramped-up": [],
  offline: [],
  "clock-wrong": ["byMs"],
  "cache-store-down": ["access"],
  "cache-store-slow": ["delay"],
  "cache-store-full": [],
} as const satisfies Readonly<Record<OutageName, readonly string[]>>;

/** Throws `bad-usage` for an option that a preset does not have: a misspelt one would be ignored. */
export function checkPresetOptions(name: OutageName, options: object, place: string = name): void {
  checkKeys(options, ["id", "from", "for", "where", ...presetOptions[name]], place);
}

/** The id, the time and the slice of a preset's window. Refuses options that the preset does not have. */
export function placed(
  name: OutageName,
  options: WindowOptions,
): Pick<FaultWindow, "id" | "from" | "for" | "where"> {
  checkPresetOptions(name, options);
  const { id = name, from, where } = options;
  return { id, from, for: options.for, ...(where === undefined ? {} : { where }) };
}
