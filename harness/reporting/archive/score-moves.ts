/** How the scores of clients moved from session to session: pure. */
import type { ClientScore, SessionHead } from "./change.ts";

/** The score of a client, from a session on. */
export interface ScoreMove {
  readonly score: number;
  readonly session: Pick<SessionHead, "id" | "recordedAt">;
}

/** What the score of a client was, each time that it changed, the oldest first. */
export interface ScoreTrack {
  readonly client: string;
  readonly moves: readonly ScoreMove[];
}

/** The tracks of all clients. A session that did not come to its end has fewer outages, and is left out. */
export function scoreTracks(sessions: readonly SessionHead[]): readonly ScoreTrack[] {
  const tracks = new Map<string, ScoreMove[]>();
  for (const { id, recordedAt, facts } of sessions) {
    if (facts?.outcome !== "finished") continue;
    for (const { client, score } of facts.scores ?? []) {
      const moves = tracks.get(client) ?? [];
      if (moves.at(-1)?.score !== score) moves.push({ score, session: { id, recordedAt } });
      tracks.set(client, moves);
    }
  }
  return [...tracks].map(([client, moves]) => ({ client, moves }));
}

/** A client whose score is another one in the second session. */
export interface ScoreChange {
  readonly client: string;
  readonly from: number;
  readonly to: number;
}

/** The scores that differ. */
export function scoreChanges(
  before: readonly ClientScore[] = [],
  after: readonly ClientScore[] = [],
): readonly ScoreChange[] {
  return after.flatMap(({ client, score: to }) => {
    const from = before.find((one) => one.client === client)?.score;
    return from === undefined || from === to ? [] : [{ client, from, to }];
  });
}
