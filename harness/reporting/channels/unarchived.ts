/**
 * What is said of a session that could not be archived, as on a full disk: it is compared with
 * nothing, and no ledger can remember who heard of it. So it is said again in each session that
 * cannot be archived, with one id for a day.
 */
import type { Channels } from "../archive/add-to-archive.ts";
import type { Change, Problem } from "../archive/change.ts";
import { shortHash } from "../archive/fold-session.ts";
import { sessionFactsOf } from "../archive/session-facts.ts";
import type { RunFacts } from "../model/run-facts.ts";

/** The one change that no channel has taken yet; that one did is known for this session alone. */
export function unarchivedChannels(facts: RunFacts, problem: Problem): Channels {
  const { job, branch, endedAt, brownout, seed, label } = facts;
  const day = endedAt.slice(0, "2026-11-30".length);
  const change: Change = {
    id: shortHash([job, branch ?? "", problem.code, day]),
    job,
    ...(branch === undefined ? {} : { branch }),
    subject: {},
    session: {
      id: 0,
      recordedAt: endedAt,
      ...(label === undefined ? {} : { label }),
      brownout,
      seed,
      facts: sessionFactsOf(facts),
    },
    detail: { kind: "unknown", problem },
  };
  const taken = new Set<string>();
  return {
    pending: (channel) => (taken.has(channel) ? [] : [change]),
    recordDelivered(channel) {
      taken.add(channel);
      return [];
    },
    recordFailed: () => [],
  };
}
