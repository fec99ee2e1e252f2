/** Golden histories of the rule screen. */
import { describe, expect, it } from "vitest";
import { screen } from "./screen.ts";
import { story, type Story } from "../../test/support/check-story.ts";
import { ada } from "../../test/support/check-story-wire.ts";

const judge = (told: Story) => screen.judge(told.history());
const tab = "tab-1";

/** Ada has signed in and sees the application; an hour's token. The outage begins twenty minutes in. */
function inOutage(header: Parameters<typeof story>[0] = {}): Story {
  const told = story(header);
  told.tab("opened");
  const call = told.operation({ flow: "popup", tab });
  told.exchange({ by: call });
  call.ok();
  told.sees("content");
  told.at("00:20:00");
  told.fault({ id: "down", on: "all" });
  return told;
}

describe("holds", () => {
  it("when the person goes on seeing the application, with a short wait", () => {
    const told = inOutage();
    told.sees("spinner");
    told.after(20_000);
    told.sees("content");
    told.at("00:30:00");
    told.cleared();
    expect(judge(told)).toEqual({
      verdict: "pass",
      message:
        "3 screens from the outage on, none of them blank or waiting for longer than 20s; whoever had a valid token saw the application.",
      evidence: [5, 7, 8],
    });
  });

  it("when an error tells the truth: there is no token any more", () => {
    const told = inOutage();
    told.at("01:00:00");
    told.sees("error");
    told.at("02:00:00");
    told.sees("sign-in");
    told.at("03:00:00");
    told.cleared();
    expect(judge(told).verdict).toBe("pass");
  });

  it("when the tab, the popup or the browser with the stuck screen is closed", () => {
    const told = inOutage();
    told.sees("spinner", "tab-2");
    told.sees("blank", "popup-1");
    told.after(10_000);
    told.tab("closed", "tab-2");
    told.tab("closed", "popup-1");
    told.sees("spinner");
    told.after(10_000);
    told.browserRestarted();
    told.at("00:40:00");
    told.cleared();
    expect(judge(told).verdict).toBe("pass");
  });

  it("when the person signed out, or their session was revoked, before the screen went", () => {
    for (const ends of [
      (told: Story): void => told.exchange({ endpoint: "logout", client: "app-1" }),
      (told: Story): void => told.changed("sessions-revoked", [ada]),
    ]) {
      const told = inOutage();
      ends(told);
      told.sees("sign-in");
      told.at("00:30:00");
      told.cleared();
      expect(judge(told).verdict).toBe("pass");
    }
  });

  it("when a page flashes by, or stands in a call that the application made to sign in", () => {
    const told = inOutage();
    told.sees("error");
    told.after(500);
    told.sees("content");
    told.sees("error", "popup-1");
    told.after(5_000);
    told.tab("closed", "popup-1");
    const call = told.operation({ flow: "redirect", tab });
    told.sees("sign-in");
    told.after(60_000);
    told.sees("content");
    call.ok();
    expect(judge(told).verdict).toBe("pass");
  });

  it("when a popup shows an error for a moment, though no tab of the calls is known", () => {
    const told = story();
    told.operation().ok({ token: told.token() });
    told.fault({ id: "down" });
    told.sees("error", "popup-1");
    told.after(5_000);
    told.tab("closed", "popup-1");
    expect(judge(told).verdict).toBe("pass");
  });

  it("when the error was there before the outage", () => {
    const told = story();
    told.operation({ tab }).ok({ token: told.token() });
    told.sees("error");
    told.at("00:10:00");
    told.fault({ id: "down" });
    told.at("00:20:00");
    told.cleared();
    expect(judge(told).verdict).toBe("pass");
  });

  it("when a second tab, which never had the token, shows an error", () => {
    const told = inOutage();
    told.tab("opened", "tab-2");
    told.sees("error", "tab-2");
    told.at("00:30:00");
    told.cleared();
    expect(judge(told).verdict).toBe("pass");
  });
});

describe("is broken", () => {
  it("by a spinner that stays, whatever browser of another application ends meanwhile", () => {
    const told = inOutage();
    told.sees("spinner");
    told.after(10_000);
    told.browserRestarted("cache", "app-2");
    told.at("00:40:00");
    told.cleared();
    expect(judge(told).verdict).toBe("fail");
  });

  it("by a spinner that never ends", () => {
    const told = inOutage();
    told.at("01:00:00");
    told.sees("spinner");
    told.at("01:10:00");
    told.cleared();
    expect(judge(told)).toEqual({
      verdict: "fail",
      message: "tab-1 of app-1 showed a spinner for 10m, from 1h in; a person waits 30s at most.",
      evidence: [7],
    });
  });

  it("by blank and spinner in turns, and by a wait that began before the outage, from its beginning", () => {
    const turns = inOutage();
    for (const shows of ["blank", "spinner", "blank"] as const) {
      turns.sees(shows);
      turns.after(20_000);
    }
    turns.sees("content");
    expect(judge(turns).message).toContain("showed a blank page for 1m");
    const before = story();
    before.sees("spinner");
    before.at("00:10:00");
    before.fault({ id: "down" });
    before.at("00:10:40");
    before.sees("content");
    expect(judge(before).message).toContain("showed a spinner for 40s, from 10m in");
  });

  it("by a popup that stays open with nothing, or an error, in it", () => {
    for (const [shows, words] of [
      ["blank", "a blank page"],
      ["error", "an error"],
    ] as const) {
      const told = inOutage();
      told.sees(shows, "popup-1");
      told.at("00:30:00");
      told.cleared();
      expect(judge(told).message).toBe(
        `popup-1 of app-1 stood open with ${words} for 10m, from 20m in; a person waits 30s at most.`,
      );
    }
  });

  it("by an error or a sign-in page although a valid token is held", () => {
    for (const [shows, words] of [
      ["error", "an error"],
      ["sign-in", "a sign-in page"],
    ] as const) {
      const told = inOutage();
      told.sees(shows);
      told.at("00:20:05");
      told.cleared();
      expect(judge(told)).toEqual({
        verdict: "fail",
        message: `tab-1 of app-1 lost the screen to ${words} 20m in, although a token valid for another 40m was held.`,
        evidence: [7, 3],
      });
    }
  });

  it("by the same, whatever longer-lived token another tab has", () => {
    const told = inOutage();
    const token = told.token({ expiresIn: 86_400 });
    told.operation({ tab: "tab-2", scopes: ["api://orders/read"] }).ok({ token });
    told.sees("error");
    told.at("00:20:05");
    told.cleared();
    expect(judge(told).message).toContain("a token valid for another 40m was held");
  });

  it("by an error that stays when calls succeed again", () => {
    const told = inOutage();
    told.at("01:10:00");
    told.sees("error");
    told.at("01:20:00");
    told.cleared();
    const call = told.operation({ tab });
    told.exchange({ by: call });
    call.ok();
    told.at("01:25:00");
    told.sees("content");
    expect(judge(told).message).toBe(
      "tab-1 of app-1 went on showing an error for 5m after a call had got a token, 1h 20m in.",
    );
  });

  it("by the bound that the scenario sets", () => {
    const within = (screenStuckMaxMs: number) => {
      const told = inOutage({ limits: { screenStuckMaxMs } });
      told.sees("blank");
      told.after(60_000);
      told.sees("content");
      return judge(told).verdict;
    };
    expect([within(60_000), within(59_999)]).toEqual(["pass", "fail"]);
  });
});

describe("is unseen", () => {
  it("without a screen, without an outage, and when all screens were closed before it", () => {
    const dark = story();
    dark.fault({ id: "down" });
    const well = story();
    well.sees("spinner");
    well.at("01:00:00");
    well.sees("content");
    const closed = story();
    closed.sees("content");
    closed.tab("closed");
    closed.at("00:10:00");
    closed.fault({ id: "down" });
    for (const told of [dark, well, closed])
      expect(judge(told)).toMatchObject({ verdict: "inconclusive", evidence: [] });
  });
});
