import { expect, it } from "vitest";
import type { LiveSimulation } from "../../runner/live/live-simulation.ts";
import { createStartedSessions } from "./started-sessions.ts";

const session = { isStandIn: true } as unknown as LiveSimulation;

it("gives a simulation that starts only after its test was given up", async () => {
  const sessions = createStartedSessions<string>();
  const { promise, resolve } = Promise.withResolvers<LiveSimulation>();
  const added = sessions.add("a", promise);
  const taken = sessions.take("a");
  resolve(session);
  expect([await added, await taken]).toEqual([session, session]);
  expect(await sessions.take("a")).toBeUndefined();
});

it("says nothing more of a start that failed", async () => {
  const sessions = createStartedSessions<string>();
  await expect(sessions.add("a", Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await sessions.take("a")).toBeUndefined();
});
