/** What the archive keeps of a `run.json`. */
import { playedCommand } from "../model/played-command.ts";
import type { RunFacts } from "../model/run-facts.ts";
import type { SessionFacts } from "./change.ts";

/** The facts that are kept with a session: not what each of its runs took. */
export function sessionFactsOf(facts: RunFacts): SessionFacts {
  const { job, branch, commit, build, host, os, node, edition, durationMs } = facts;
  const { clients, outcome, exitCode, problems, command, scores } = facts;
  const known = { branch, commit, build, host, os, node, edition, durationMs };
  const kept = { command: playedCommand(command), clients, outcome, exitCode, problems, scores };
  return { job, ...known, ...kept };
}
