/** E11: a revoked certificate does not stop the backup from serving its user; a revocation of sessions does. */
import { describe, expect, it } from "vitest";
import { hours, minutes } from "../../core/time/duration.ts";
import { judgeRegistration } from "../backup-coverage/judge.ts";
import { defaultSwitches } from "../backup-coverage/coverage-judgement.ts";
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

describe.each(editionIds)("by the text of %s, a certificate user", (backup) => {
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

  it("is what the text says in words", () => {
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

  it("renews a session of a revoked certificate, and refuses a sign-in with it", async () => {
    const outcome = await run(
      async ({ open, world: changes }) => {
        const user = changes.user("megan");
        const nativeApp = await open({ app: "desk-app" });
        await nativeApp.acquire({ flow: "password", scopes, user });
        changes.revokeCertificate(user);
        await nativeApp.acquire({ flow: "silent", scopes, user, forceRefresh: true });
        await nativeApp.attempt({ flow: "password", scopes, user });
      },
      { world },
    );
    expect(only(outcome, "exchange-ended").at(-1)?.error?.codes).toEqual([50017]);
    expect(only(outcome, "world-changed")).toMatchObject([{ change: "certificate-revoked" }]);
  });

  it("refuses to revoke the certificate of a user who signs in by password", async () => {
    await expect(
      run(({ world: changes }) => {
        changes.revokeCertificate(changes.user("adele"));
        return Promise.resolve();
      }),
    ).rejects.toMatchObject({ code: "bad-scenario", place: "revokeCertificate" });
  });
});
