/** Golden histories of the rule prompts-caused. */
import { describe, expect, it } from "vitest";
import { promptsCaused } from "./prompts-caused.ts";
import { story, type Story } from "../../test/support/check-story.ts";
import { ada, ben } from "../../test/support/check-story-wire.ts";

const judge = (told: Story) => promptsCaused.judge(told.history());
const tab = "tab-1";
const inIframe = { endpoint: "authorize", status: 302, issued: "nothing" } as const;

/** A person signs in; a token of an hour, by the implicit flow without a refresh token. */
function signIn(told: Story, user = ada): void {
  const call = told.operation({ flow: "popup", tab, user });
  told.prompt({ user, operation: call.operation });
  told.exchange({ by: call });
  call.ok();
}

/** Ada signed in at the start; from an hour and a half in everything is down, for an hour. */
function outage(header: Parameters<typeof story>[0] = {}): { told: Story; ends: () => void } {
  const told = story(header);
  signIn(told);
  told.at("01:30:00");
  const ends = told.fault({ id: "down", on: "all" });
  return { told, ends };
}

/** Sends Ada to a sign-in page that is down. */
function sentToPage(told: Story, flow: "popup" | "redirect" = "popup", user = ada): void {
  const call = told.operation({ flow, tab, user });
  told.exchange({ by: call, endpoint: "authorize", status: 503 });
  call.fails({ code: "timed_out" });
}

describe("holds", () => {
  it("when silent calls fail and nobody is asked", () => {
    const { told, ends } = outage();
    const call = told.operation({ flow: "sso-silent", tab });
    told.exchange({ by: call, ...inIframe, status: 503 });
    call.fails({ code: "timed_out" });
    told.at("02:30:00");
    ends();
    told.operation({ tab }).ok();
    expect(judge(told)).toEqual({
      verdict: "pass",
      message:
        "2 calls for people who were signed in before the outage, in it and in the hour after; they were asked to sign in 0 times.",
      evidence: [6],
    });
  });

  it("when a popup passes without a person, by the session", () => {
    const { told } = outage();
    const call = told.operation({ flow: "popup", tab });
    told.exchange({ by: call });
    call.ok();
    expect(judge(told).verdict).toBe("pass");
  });

  it("when the bound of the scenario allows it", () => {
    const { told } = outage({ limits: { promptsMax: 1 } });
    sentToPage(told);
    expect(judge(told).verdict).toBe("pass");
    sentToPage(told);
    expect(judge(told).verdict).toBe("fail");
  });

  /** What makes a prompt no fault of the outage. */
  const reasons: readonly (readonly [string, (told: Story) => void])[] = [
    ["the person wished for it", (told) => told.prompt({ user: ada, prompt: "select_account" })],
    ["a device shows its code", (told) => told.prompt({ user: ada, prompt: "device-code" })],
    [
      "an API had challenged the person",
      (told) => {
        const call = told.operation({ flow: "popup", tab, claims: true });
        told.prompt({ user: ada, operation: call.operation });
        call.ok();
      },
    ],
    [
      "the session was revoked",
      (told) => {
        told.changed("sessions-revoked", [ada]);
        sentToPage(told);
      },
    ],
    [
      "the person had signed out",
      (told) => {
        told.exchange({ endpoint: "logout", client: "app-1" });
        sentToPage(told);
      },
    ],
    [
      "the service said that the person is needed",
      (told) => {
        const call = told.operation({ flow: "sso-silent", tab });
        told.exchange({ by: call, ...inIframe, error: "login_required" });
        call.fails({ code: "login_required", interactionRequired: true });
        sentToPage(told);
      },
    ],
    [
      "the first sign-in was in the outage itself",
      (told) => {
        const call = told.operation({ flow: "popup", tab, user: ben });
        told.exchange({ by: call });
        call.ok();
        sentToPage(told, "popup", ben);
      },
    ],
    ["somebody else came", (told) => sentToPage(told, "popup", ben)],
    [
      "the session ended with the browser",
      (told) => {
        told.browserRestarted();
        sentToPage(told);
      },
    ],
    [
      "the session was a day old",
      (told) => {
        told.at("24:00:01");
        sentToPage(told);
      },
    ],
  ];

  it.each(reasons)("when %s", (_, happens) => {
    const { told } = outage();
    told.operation({ tab }).fails();
    happens(told);
    expect(judge(told).verdict).toBe("pass");
  });
});

describe("is broken", () => {
  it("by popups and redirects to a page that is down, and by prompts, each counted once", () => {
    const { told } = outage();
    told.at("01:31:00");
    sentToPage(told);
    sentToPage(told, "redirect");
    const call = told.operation({ flow: "popup", tab });
    told.prompt({ user: ada, operation: call.operation });
    call.fails();
    expect(judge(told)).toEqual({
      verdict: "fail",
      message:
        "The outage made people sign in who were signed in before it (3 times; 0 allowed): app-1 asked 1h 31m in.",
      evidence: [6, 10, 15],
    });
  });

  it("by each of the people whom it was done to", () => {
    const told = story();
    signIn(told);
    signIn(told, ben);
    told.fault({ id: "down", on: "all" });
    sentToPage(told);
    sentToPage(told, "popup", ben);
    expect(judge(told).message).toContain("(2 times, 2 people; 0 allowed)");
  });

  it("within an hour after it, and not later", () => {
    const after = (clock: string) => {
      const { told, ends } = outage();
      told.at("02:30:00");
      ends();
      told.operation({ tab }).ok();
      told.at(clock);
      sentToPage(told);
      return judge(told).verdict;
    };
    expect([after("03:30:00"), after("03:30:01")]).toEqual(["fail", "pass"]);
  });

  it("although the session is gone with the browser, if there was a token to go on with", () => {
    const told = story();
    signIn(told);
    told.fault({ id: "down", on: "all" });
    told.browserRestarted();
    sentToPage(told);
    expect(judge(told).verdict).toBe("fail");
  });

  it("although something changed, or a browser ended, that has nothing to do with the session", () => {
    for (const happens of [
      (told: Story): void => told.changed("groups-changed", [ada]),
      (told: Story): void => told.browserRestarted("cache", "app-2"),
    ]) {
      const { told } = outage();
      happens(told);
      sentToPage(told);
      expect(judge(told).verdict).toBe("fail");
    }
  });

  it("when a refresh token was only too old, and the session would have done", () => {
    const { told } = outage();
    const call = told.operation({ tab });
    const error = { error: "invalid_grant", codes: [700084], suberror: "bad_token" };
    told.exchange({ by: call, status: 400, error });
    told.exchange({ by: call, ...inIframe, status: 503 });
    call.fails({ code: "timed_out" });
    sentToPage(told);
    expect(judge(told).verdict).toBe("fail");
  });
});

describe("is unseen", () => {
  it("without an outage, and when nobody who was signed in came by", () => {
    const well = story();
    signIn(well);
    const { told: alone } = outage();
    const stranger = story();
    stranger.fault({ id: "down", on: "all" });
    sentToPage(stranger);
    for (const told of [well, alone, stranger])
      expect(judge(told)).toMatchObject({ verdict: "inconclusive", evidence: [] });
  });
});
