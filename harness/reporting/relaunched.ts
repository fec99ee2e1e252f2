/**
 * Runs that began anew because their browser died. They count as any other, and their
 * journals are those of the second try; but nobody should have to wonder.
 */
import type { Explain } from "./explain.ts";
import type { Results } from "./results.ts";

/** What to say of one; `how` as the harness told it. */
export function relaunchText(how: string): string {
  return `${how}; the run began anew in another browser.`;
}

/** One line for each of them, in the order of the runs. */
export function relaunchedLines({ runs }: Results, explain: Explain): readonly string[] {
  return runs.flatMap((run) => {
    const how = explain.relaunched(run);
    const { name, version } = run.client;
    return how === undefined ? [] : [`${run.scenario}, ${name} ${version}: ${relaunchText(how)}`];
  });
}
