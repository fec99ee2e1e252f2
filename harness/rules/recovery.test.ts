import { describe, expect, it } from "vitest";
import type { JournalHeader } from "../history/event.ts";
import { recovery } from "./recovery.ts";
import { ada, ben, type Call, type Reply } from "../../test/support/check-story-wire.ts";
import { limitedCapacity, story, type Story } from "../../test/support/check-story.ts";

const judge = (told: Story) => recovery.judge(told.history());

/** An outage of ten minutes in which a call failed; the faults have just cleared. */
function outage(header: Partial<JournalHeader> = {}, reply: Reply = { status: 503 }): Story {
  const told = story(header);
  const ends = told.fault({ id: "down" });
  const call = told.operation();
  told.exchange({ by: call, ...reply });
  call.fails();
  told.at("00:10:00");
  ends();
  told.cleared();
  return told;
}

function succeedsAt(told: Story, clock: string, call: Call = {}): void {
  told.at(clock);
  const operation = told.operation(call);
  told.exchange({ by: operation });
  operation.ok();
}

function failsAt(told: Story, clock: string, call: Call = {}): void {
  told.at(clock);
  told.operation(call).fails();
}

describe("recovery", () => {
  it("holds when calls succeed, those that fail for the first two minutes notwithstanding", () => {
    const told = outage();
    failsAt(told, "00:10:30");
    failsAt(told, "00:11:59");
    succeedsAt(told, "00:12:00");
    expect(judge(told)).toMatchObject({
      verdict: "pass",
      message: "1 call succeeded after the last fault cleared, and none failed past 2m.",
    });
  });

  it("is broken by a call that fails after that", () => {
    const told = outage();
    succeedsAt(told, "00:10:01");
    failsAt(told, "00:12:00");
    succeedsAt(told, "00:13:00");
    expect(judge(told)).toEqual({
      verdict: "fail",
      message: "A call of app-1 still failed 2m after the last fault cleared.",
      evidence: [12],
    });
  });

  it("is broken when the run ends with a failure, even before the bound", () => {
    const told = outage();
    succeedsAt(told, "00:10:10", { user: ben });
    failsAt(told, "00:10:20");
    expect(judge(told)).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("20s after the last fault cleared, and the run ends so"),
    });
  });

  it("takes the bound of the scenario", () => {
    const limits = { recoveryWithinMs: 360_000 };
    for (const [clock, verdict] of [
      ["00:15:59", "pass"],
      ["00:16:00", "fail"],
    ] as const) {
      const told = outage({ limits });
      failsAt(told, clock);
      succeedsAt(told, "00:17:00");
      expect(judge(told).verdict).toBe(verdict);
    }
  });

  it("gives who was told to wait the bound from then on, and nobody else", () => {
    const instructed = (): Story => outage({}, { status: 503, retryAfter: 1_200 });
    const waits = instructed();
    succeedsAt(waits, "00:10:05", { user: ben });
    failsAt(waits, "00:19:00");
    expect(judge(waits).verdict).toBe("pass");
    failsAt(waits, "00:21:59");
    succeedsAt(waits, "00:22:00");
    expect(judge(waits).verdict).toBe("pass");
    failsAt(waits, "00:22:00");
    expect(judge(waits).verdict).toBe("fail");
    const other = instructed();
    failsAt(other, "00:19:00", { user: ben });
    expect(judge(other).verdict).toBe("fail");
  });

  it("expects nothing of a call whose person the service asks for, and all of others", () => {
    const told = outage();
    told.at("00:15:00");
    const call = told.operation();
    const error = { error: "invalid_grant", codes: [700082], suberror: "bad_token" };
    told.exchange({ by: call, status: 400, error });
    call.fails({ interactionRequired: true });
    succeedsAt(told, "00:15:00", { flow: "authorization-code" });
    expect(judge(told).verdict).toBe("pass");
    failsAt(told, "00:16:00", { user: ben });
    expect(judge(told).verdict).toBe("fail");
  });

  it("expects nothing of users whom the script locked out, until they sign in again", () => {
    const told = outage();
    told.changed("user-disabled", [ada]);
    succeedsAt(told, "00:11:00", { user: ben });
    failsAt(told, "00:15:00");
    expect(judge(told).verdict).toBe("pass");
    succeedsAt(told, "00:16:00", { flow: "authorization-code" });
    failsAt(told, "00:17:00");
    expect(judge(told).verdict).toBe("fail");
    const everyone = outage();
    everyone.changed("refresh-tokens-revoked");
    failsAt(everyone, "00:15:00");
    expect(judge(everyone).verdict).toBe("inconclusive");
    failsAt(everyone, "00:15:00", { flow: "client-credentials" });
    expect(judge(everyone).verdict).toBe("fail");
  });

  it("expects nothing of a call that hears from the service that a person is needed", () => {
    const told = outage();
    succeedsAt(told, "00:11:00", { user: ben });
    told.at("00:15:00");
    const call = told.operation({ tab: "tab-1" });
    told.exchange({ by: call, endpoint: "authorize", error: "login_required" });
    call.fails();
    expect(judge(told).verdict).toBe("pass");
    const ill = told.operation({ tab: "tab-1" });
    told.exchange({ by: ill, endpoint: "authorize", error: "server_error" });
    ill.fails();
    expect(judge(told).verdict).toBe("fail");
  });

  it("expects nothing of an app whose secret was rolled", () => {
    const told = outage();
    told.changed("secret-rolled");
    succeedsAt(told, "00:11:00", { user: ben });
    failsAt(told, "00:15:00", { flow: "client-credentials" });
    expect(judge(told).verdict).toBe("pass");
  });

  it("does not excuse the others, nor a rotation of keys", () => {
    const told = outage();
    told.changed("sessions-revoked", [ben]);
    told.changed("keys-rotated");
    failsAt(told, "00:15:00");
    expect(judge(told).verdict).toBe("fail");
  });

  it("is broken by a spike over what the service bears", () => {
    const told = outage({ limits: { recoveryRequestsPerMinuteMax: 3 } });
    for (const clock of ["00:10:01", "00:10:30", "00:11:00", "00:11:20"]) succeedsAt(told, clock);
    // What calls a protected API is no load on Entra.
    for (let call = 0; call < 4; call += 1) told.exchange({ endpoint: "resource" });
    expect(judge(told).verdict).toBe("pass");
    succeedsAt(told, "00:11:29");
    expect(judge(told)).toMatchObject({
      verdict: "fail",
      message: "4 requests within a minute after the last fault cleared; the service bears 3.",
    });
  });

  it("counts from the end of the outage while the capacity is still limited", () => {
    const told = story({ limits: { recoveryRequestsPerMinuteMax: 3 } });
    told.fault({ id: "limited", effect: limitedCapacity });
    const ends = told.fault({ id: "down" });
    failsAt(told, "00:09:59");
    expect(judge(told).verdict).toBe("inconclusive");
    told.at("00:10:00");
    ends();
    failsAt(told, "00:11:59");
    succeedsAt(told, "00:12:00");
    expect(judge(told)).toMatchObject({ verdict: "pass", evidence: [4, 10] });
    failsAt(told, "00:12:30");
    succeedsAt(told, "00:13:00");
    expect(judge(told)).toMatchObject({
      verdict: "fail",
      message: "A call of app-1 still failed 2m 30s after the outage ended.",
    });
    const spike = ["00:14:01", "00:14:02", "00:14:03", "00:14:04"];
    for (const clock of spike) succeedsAt(told, clock);
    expect(judge(told).message).toContain("4 requests within a minute after the outage ended");
    // A new outage: nobody knows yet.
    told.fault({ id: "again" });
    expect(judge(told).verdict).toBe("inconclusive");
  });

  it("counts from the end of a limited capacity that was the only fault", () => {
    const told = story();
    const ends = told.fault({ id: "limited", effect: limitedCapacity });
    failsAt(told, "00:09:00");
    told.at("00:10:00");
    ends();
    told.cleared();
    succeedsAt(told, "00:10:01");
    expect(judge(told).verdict).toBe("pass");
  });

  it("does not take the end of one outage for the last when nothing is limited", () => {
    const told = story();
    const ends = told.fault({ id: "down" });
    told.at("00:10:00");
    ends();
    succeedsAt(told, "00:12:00");
    expect(judge(told).verdict).toBe("inconclusive");
  });

  it("saw nothing without a clearing, or without a call after the last one that ended", () => {
    const calm = story();
    succeedsAt(calm, "00:01:00");
    expect(judge(calm).verdict).toBe("inconclusive");
    const told = outage();
    expect(judge(told).verdict).toBe("inconclusive");
    told.operation().unknown();
    expect(judge(told).verdict).toBe("inconclusive");
    succeedsAt(told, "00:11:00");
    told.fault({ id: "again" });
    failsAt(told, "00:20:00");
    expect(judge(told).verdict).toBe("inconclusive");
  });
});

describe("in a browser", () => {
  it("asks recovery of whoever signed in again by popup or redirect", () => {
    for (const flow of ["popup", "redirect"] as const) {
      const told = outage();
      told.changed("sessions-revoked", [ada]);
      const denied = told.operation();
      denied.fails();
      expect(judge(told).verdict).toBe("inconclusive");
      told.operation({ flow }).ok();
      failsAt(told, "00:20:00");
      expect(judge(told).verdict).toBe("fail");
    }
  });

  it("does not count what the browser sends again as a spike", () => {
    const told = outage({ limits: { recoveryRequestsPerMinuteMax: 1 } });
    told.exchange({ by: told.operation(), networkFault: "ECONNRESET" });
    told.exchange({ by: told.operation(), resent: true });
    expect(judge(told).verdict).not.toBe("fail");
  });
});
