/** Ids of runs: what they are called in the addresses of a report. */
import type { RunResult } from "./results.ts";

/**
 * An id for each run: `scenario--client`, as its journal is called; with the version where two
 * versions ran, and with a number where the version does not distinguish them either. Characters
 * that an address would have to escape are replaced, since recordings have any name.
 */
export function runIds(runs: readonly RunResult[]): ReadonlyMap<RunResult, string> {
  const plain = ({ scenario, client }: RunResult): string => safe(`${scenario}--${client.name}`);
  const exact = (run: RunResult): string => `${plain(run)}@${safe(run.client.version)}`;
  const counts = new Map<string, number>();
  for (const run of runs) counts.set(plain(run), (counts.get(plain(run)) ?? 0) + 1);
  const ids = new Map<RunResult, string>();
  const taken = new Set<string>();
  for (const run of runs) {
    const name = counts.get(plain(run)) === 1 ? plain(run) : exact(run);
    let id = name;
    for (let copy = 2; taken.has(id); copy += 1) id = `${name}~${copy}`;
    taken.add(id);
    ids.set(run, id);
  }
  return ids;
}

function safe(name: string): string {
  return name.replace(/[^\w.-]+/g, "-");
}
