/** E5: each event of continuous access evaluation ends sessions at the backup and at the primary. */
import { describe, expect, it } from "vitest";
import { hours, minutes } from "../../core/time/duration.ts";
import { tokenServerError } from "../../faults/presets.ts";
import type { User } from "../directory/world.ts";
import { only, run } from "../../../test/support/run.ts";
import type { WorldControls } from "../directory/world-controls.ts";
import { answersTo, policyOf } from "../../../test/support/backup.ts";

/** The list of the document on continuous access evaluation (`docs/sources.md#d2`). */
const events: readonly (readonly [string, (world: WorldControls, user: User) => void])[] = [
  ["user-disabled", (world, user) => world.disable(user)],
  ["user-deleted", (world, user) => world.delete(user)],
  ["password-changed", (world, user) => world.changePassword(user)],
  ["mfa-enabled", (world, user) => world.enableMfa(user)],
  ["sessions-revoked", (world, user) => world.revokeSessions([user])],
  ["user-risk-high", (world, user) => world.raiseRisk(user)],
];

describe.each(events)("%s", (change, happens) => {
  const toMegan = {
    users: ["megan", "adele"],
    steps: [
      {
        atMs: hours(2),
        does: ({ world }: { world: WorldControls }) => happens(world, world.user("megan")),
      },
    ],
  };

  it("ends the user's session at the backup, and no other user's", async () => {
    const asksAtMs = [hours(1), hours(3)];
    expect(await answersTo({ ...toMegan, asksAtMs })).toEqual([
      "served",
      "served",
      "declined",
      "served",
    ]);
  });

  it("ends it at the primary as well", async () => {
    const asksAtMs = [hours(1), hours(3)];
    expect(await answersTo({ ...toMegan, asksAtMs, outages: [] })).toEqual([
      "primary served",
      "primary served",
      "primary refused",
      "primary served",
    ]);
  });

  it("reaches the backup after the delay that is set, and not before", async () => {
    const asksAtMs = [hours(2) + minutes(9), hours(2) + minutes(10)];
    const settings = { backupRevocationDelaySeconds: 600 };
    const answers = await answersTo({ ...toMegan, users: ["megan"], asksAtMs, settings });
    expect(answers).toEqual(["served", "declined"]);
  });

  it("is recorded with its user", async () => {
    const outcome = await run(({ world }) => {
      happens(world, world.user("megan"));
      return Promise.resolve();
    });
    const [recorded, ...more] = only(outcome, "world-changed");
    expect(more).toEqual([]);
    expect(recorded).toMatchObject({ change, users: ["55555555-eeee-4eee-8eee-000000000002"] });
  });
});

describe("the primary's answer afterwards", () => {
  it.each([
    ["user-disabled", 50057],
    ["user-deleted", 50034],
    ["password-changed", 50173],
    ["mfa-enabled", 50076],
    ["sessions-revoked", 50173],
    ["user-risk-high", 50173],
  ])("after %s: %i", async (change, code) => {
    const happens = events.find(([name]) => name === change)?.[1];
    const outcome = await run(async ({ open, world }) => {
      const user = world.user("megan");
      const scopes = ["https://graph.microsoft.com/User.Read"];
      const nativeApp = await open({ app: "desk-app" });
      await nativeApp.acquire({ flow: "authorization-code", scopes, user });
      happens?.(world, user);
      await nativeApp.attempt({ flow: "silent", scopes, user, forceRefresh: true });
    });
    expect(only(outcome, "exchange-ended").at(-1)?.error?.codes).toEqual([code]);
  });

  it("a sign-in after it begins a session that the backup serves", async () => {
    const scopes = ["https://graph.microsoft.com/User.Read"];
    const outcome = await run(
      async ({ open, world, clock }) => {
        const user = world.user("megan");
        world.enableMfa(user);
        const nativeApp = await open({ app: "desk-app" });
        await nativeApp.acquire({ flow: "authorization-code", scopes, user });
        await clock.until(hours(1));
        await nativeApp.acquire({ flow: "silent", scopes, user, forceRefresh: true });
      },
      {
        settings: { backup: "2026-03" },
        faults: [tokenServerError({ from: minutes(20), for: hours(2) })],
      },
    );
    expect(only(outcome, "exchange-ended").at(-1)?.servedBy).toBe("backup");
  });
});

describe("changes without a revocation", () => {
  it("end no session", async () => {
    const steps = [
      {
        atMs: minutes(30),
        does: ({ world }: { world: WorldControls }) => {
          world.rotateKeys();
          world.setGroups(world.user("megan"), ["sales"]);
          world.setPolicy(policyOf());
        },
      },
    ];
    expect(await answersTo({ steps })).toEqual(["served"]);
  });
});
