/** The score of a client over nights. */
import { expect, it } from "vitest";
import type { SessionFacts } from "./change.ts";
import { scoreChanges, scoreTracks } from "./score-moves.ts";

const night = (id: number, score: number, facts: Partial<SessionFacts> = {}) => ({
  id,
  recordedAt: `2026-10-0${id}T03:00:00.000Z`,
  brownout: "0.1.0",
  seed: "1",
  facts: {
    job: "nightly",
    outcome: "finished" as const,
    scores: [{ client: "orders", score }],
    ...facts,
  },
});

it("is said each time that it moves, and a night without its end moves nothing", () => {
  const failed = { outcome: "failed" } as const;
  const nights = [night(1, 80), night(2, 80), night(3, 20, failed), night(4, 70.5), night(5, 80)];
  const [track, ...others] = scoreTracks(nights);
  expect(others).toEqual([]);
  expect(track?.client).toBe("orders");
  expect(track?.moves.map(({ score, session }) => [session.id, score])).toEqual([
    [1, 80],
    [4, 70.5],
    [5, 80],
  ]);
  expect(scoreTracks([night(1, 80, { scores: undefined })])).toEqual([]);
});

it("is compared where both have one", () => {
  const [before, after] = [
    [
      { client: "a", score: 1 },
      { client: "b", score: 2 },
    ],
    [
      { client: "a", score: 3 },
      { client: "b", score: 2 },
      { client: "c", score: 4 },
    ],
  ];
  expect(scoreChanges(before, after)).toEqual([{ client: "a", from: 1, to: 3 }]);
  expect(scoreChanges(undefined, after)).toEqual([]);
});
