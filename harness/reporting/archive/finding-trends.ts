/**
 * What findings did over many sessions: appeared, went away, stayed, or come and go. Pure;
 * the sessions are of one folder's archive, the oldest first.
 */
import {
  failuresOf,
  findingKey,
  type FindingName,
  type SessionRecord,
  type SeenFinding,
  stateOf,
} from "./session-record.ts";

/** A session in the archive. */
export interface ArchivedSession extends SessionRecord {
  readonly id: number;
  /** When it was recorded, ISO 8601, UTC. */
  readonly recordedAt: string;
  /** What the person or the CI called it, such as a commit. */
  readonly label?: string;
}

/** From this many changes between failing and holding on, a finding comes and goes and the next change says nothing; a defect that came back once or twice was fixed and introduced again. */
const FLICKERS_FROM = 5;

/** What one finding did over several sessions. */
export interface FindingTrend extends FindingName {
  /** `flickers` wins over what the last session says. */
  readonly kind: "appeared" | "gone" | "steady" | "flickers";
  /** A letter a session, the oldest first: `x` failed, `.` held, a blank for not seen. */
  readonly track: string;
  /** The id of the session with the last change; absent for `steady`. */
  readonly since?: number;
  /** As it was last seen. */
  readonly last: SeenFinding;
}

/** The trend of every finding that any of the sessions has, in order of first appearance. */
export function trendsOf(sessions: readonly ArchivedSession[]): readonly FindingTrend[] {
  const seen = new Map<string, SeenFinding>();
  // Set again, the key keeps its place: the order is of the first, the finding the last.
  for (const session of sessions)
    for (const finding of failuresOf(session).values()) seen.set(findingKey(finding), finding);
  return [...seen.values()].map((last) => trendOf(sessions, last));
}

function trendOf(sessions: readonly ArchivedSession[], last: SeenFinding): FindingTrend {
  const { scenario, client, rule } = last;
  const states = sessions.map((session) => ({ id: session.id, state: stateOf(session, last) }));
  const known = states.filter(({ state }) => state !== "unseen");
  const changes = known.filter(
    ({ state }, index) => index > 0 && known[index - 1]?.state !== state,
  );
  const since = changes.at(-1)?.id;
  const isFailing = known.at(-1)?.state === "fail";
  return {
    scenario,
    client,
    rule,
    kind:
      changes.length >= FLICKERS_FROM
        ? "flickers"
        : since === undefined
          ? "steady"
          : isFailing
            ? "appeared"
            : "gone",
    track: states.map(({ state }) => letters[state]).join(""),
    ...(since === undefined ? {} : { since }),
    last,
  };
}

const letters = { fail: "x", fine: ".", unseen: " " } as const;
