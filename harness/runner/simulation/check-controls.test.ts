/** Wrong arguments of the functions of a world are named by the function, with what it takes. */
import { expect, it } from "vitest";
import { mount } from "../../network/direct.ts";
import { startLiveSimulation } from "../live/live-simulation.ts";
import type { WorldControls } from "../../entra/directory/world-controls.ts";

type Call = (world: Record<keyof WorldControls, (...values: unknown[]) => unknown>) => unknown;

it.each<[string, Call, string]>([
  [
    "revokeSessions",
    (world) => world.revokeSessions(world.user("adele")),
    "Put the user in an array",
  ],
  [
    "revokeSessions",
    (world) => world.revokeSessions(["adele"]),
    'Such as revokeSessions([world.user("adele")])',
  ],
  ["revokeSessions", (world) => world.revokeSessions(), "everyone"],
  [
    "changePassword",
    (world) => world.changePassword("adele"),
    'Such as changePassword(world.user("adele"))',
  ],
  ["disable", (world) => world.disable(undefined), "world.user"],
  ["delete", (world) => world.delete([world.user("adele")]), "world.user"],
  ["enableMfa", (world) => world.enableMfa("adele"), "world.user"],
  ["revokeCertificate", (world) => world.revokeCertificate(7), "world.user"],
  ["raiseRisk", (world) => world.raiseRisk(null), "world.user"],
  [
    "setGroups",
    (world) => world.setGroups(world.user("adele"), "board"),
    'setGroups(user, ["board"])',
  ],
  ["setGroups", (world) => world.setGroups("adele", ["board"]), "world.user"],
  ["user", (world) => world.user(7), "It is a text"],
  ["app", (world) => world.app(undefined), "It is a text"],
  ["rotateKeys", (world) => world.rotateKeys({ overlapMs: "1h" }), "overlapMs: 3_600_000"],
  ["rotateKeys", (world) => world.rotateKeys(5), "overlapMs: 3_600_000"],
])("%s refuses an argument of the wrong kind: %s", async (place, call, hint) => {
  const session = await startLiveSimulation({ mount });
  try {
    const { history, world } = session;
    expect(() => call(world as never)).toThrow(
      expect.objectContaining({ code: "bad-scenario", place, hint: expect.stringContaining(hint) }),
    );
    expect(history().events).toEqual([]);
  } finally {
    await session.stop();
  }
});
