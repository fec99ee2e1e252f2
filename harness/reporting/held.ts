/**
 * What a client does well: asserted rules that passed, by client and rule. Without it a
 * reader of a report sees only what is wrong, and cannot tell what was tried and stood firm.
 */
import type { Explain } from "./explain.ts";
import type { Results } from "./results.ts";

/** One client, and the scenarios in which each rule held, both in the order of the runs. */
export interface HeldGroup {
  /** Name and version. */
  readonly client: string;
  readonly rules: readonly {
    readonly rule: string;
    /** What the rule demands, in one sentence; absent for a rule that nobody explains. */
    readonly says: string | undefined;
    readonly scenarios: readonly string[];
  }[];
}

/** The asserted rules that passed, grouped; empty when none was asserted or none passed. */
export function groupHeld({ runs }: Results, explain: Explain): readonly HeldGroup[] {
  const groups = new Map<string, Map<string, string[]>>();
  for (const run of runs) {
    for (const rule of explain.held(run)) {
      const client = `${run.client.name} ${run.client.version}`;
      const rules = groups.get(client) ?? new Map<string, string[]>();
      rules.set(rule, [...(rules.get(rule) ?? []), run.scenario]);
      groups.set(client, rules);
    }
  }
  return [...groups].map(([client, rules]) => ({
    client,
    rules: [...rules].map(([rule, scenarios]) => ({ rule, says: explain.says(rule), scenarios })),
  }));
}

/** `a, b and 3 more`: as many names as `widthMax` characters take, and at least one. */
export function namesWithin(names: readonly string[], widthMax: number): string {
  for (let shown = names.length; shown > 1; shown -= 1) {
    const text = firstOf(names, shown);
    if (text.length <= widthMax) return text;
  }
  return firstOf(names, 1);
}

function firstOf(names: readonly string[], shown: number): string {
  const more = names.length - shown;
  return `${names.slice(0, shown).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
