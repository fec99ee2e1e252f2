/** E11: users who sign in with a certificate, which is revoked: the backup does not notice, a revocation of sessions it does. */
import { describe, expect, it } from "vitest";
import { hours, minutes } from "../../core/time/duration.ts";
import { judgeRegistration } from "../coverage/judge.ts";
import { defaultSwitches } from "../coverage/coverage-judgement.ts";
import { mailApp } from "../../../test/support/coverage.ts";
import { only, run } from "../../../test/support/run.ts";
import { editionIds, editionOf } from "./edition.ts";
import {
  answersTo,
  type Step,
  worldWithCertificate as world,
} from "../../../test/support/backup.ts";

const loses: Step["does"] = ({ world: changes }) =>
  changes.revokeCertificate(changes.user("megan"));
const isLockedOut: Step["does"] = ({ world: changes }) =>
  changes.revokeSessions([changes.user("megan")]);

describe.each(editionIds)("by the text of %s, a user", (backup) => {
  const settings = { backup };

  it.each<[string, readonly Step[], string]>([
    ["whose certificate is good", [], "served"],
    ["whose certificate was revoked before", [{ atMs: minutes(10), does: loses }], "served"],
    ["whose certificate is revoked in the outage", [{ atMs: hours(1), does: loses }], "served"],
    [
      "whose sessions are revoked, too",
      [
        { atMs: hours(1), does: loses },
        { atMs: hours(1), does: isLockedOut },
      ],
      "declined",
    ],
  ])("%s: %s", async (_, steps, answer) => {
    expect(await answersTo({ world, settings, steps })).toEqual([answer]);
  });

  it("is told what the text says of it", () => {
    const judged = judgeRegistration(
      { ...mailApp, certificateSignIn: true },
      backup,
      defaultSwitches,
    );
    const note = judged.rules.find(({ id }) => id === "E11");
    expect(note).toMatchObject({ holds: true });
    expect(editionOf(backup).revocationLists).toBe(backup < "2025-08" ? "silent" : "not fresh");
    expect(note?.why).toContain(backup < "2025-08" ? "says nothing" : "revoke the sessions");
  });
});

describe("the primary", () => {
  const scopes = ["https://graph.microsoft.com/User.Read"];

  it("renews a session of a revoked certificate, and lets nobody sign in with one", async () => {
    const outcome = await run(
      async ({ open, world: changes }) => {
        const user = changes.user("megan");
        const desk = await open({ app: "desk-app" });
        await desk.acquire({ flow: "password", scopes, user });
        changes.revokeCertificate(user);
        await desk.acquire({ flow: "silent", scopes, user, forceRefresh: true });
        await desk.attempt({ flow: "password", scopes, user });
      },
      { world },
    );
    expect(only(outcome, "exchange-ended").at(-1)?.error?.codes).toEqual([50017]);
    expect(only(outcome, "world-changed")).toMatchObject([{ change: "certificate-revoked" }]);
  });

  it("has no certificate to revoke of those who sign in by password", async () => {
    await expect(
      run(({ world: changes }) => {
        changes.revokeCertificate(changes.user("adele"));
        return Promise.resolve();
      }),
    ).rejects.toMatchObject({ code: "bad-scenario", place: "revokeCertificate" });
  });
});
