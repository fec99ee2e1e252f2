/** What the entries of the quarantine did in a session. */
import { isForRun } from "./baseline.ts";
import type { QuarantineEntry, QuarantineSeen } from "./quarantine.ts";
import type { Results, RunResult } from "./results.ts";

/** What an entry did in these runs. */
export function seenIn(runs: readonly RunResult[], entry: QuarantineEntry): QuarantineSeen {
  const theirs = runs.filter((run) => isForRun(entry, run));
  const verdicts = theirs.flatMap(({ findings }) =>
    findings.filter(({ rule }) => rule === entry.rule).map(({ verdict }) => verdict),
  );
  const seen = verdicts.includes("fail")
    ? "failed"
    : verdicts.includes("inconclusive") || theirs.some(sawNothing(entry))
      ? "open"
      : theirs.length > 0
        ? "held"
        : "not-run";
  return { ...entry, seen };
}

function sawNothing({ rule }: QuarantineEntry): (run: RunResult) => boolean {
  return ({ unseen = [] }) => unseen.includes(rule);
}

/** A line for each entry; none when nothing is in quarantine. */
export function quarantineLines({
  quarantine = [],
}: Pick<Results, "quarantine">): readonly string[] {
  return quarantine.map(
    ({ scenario, client, rule, reason, seen }) =>
      `${scenario}, ${client}: ${rule} ${words[seen]}. ${reason}`,
  );
}

const words = {
  failed: "failed this time",
  open: "was inconclusive this time",
  held: "held this time",
  "not-run": "was not run",
} as const;
