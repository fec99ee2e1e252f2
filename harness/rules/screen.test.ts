/** Invented runs for rule screen. */
import { describe, expect, it } from "vitest";
import { screen } from "./screen.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { ada } from "../../test/support/run-builder-wire.ts";

const judge = (run: RunBuilder) => screen.judge(run.history());
const tab = "tab-1";

/** Ada has signed in and sees the application; an hour's token. The outage begins twenty minutes in. */
function inOutage(header: Parameters<typeof buildRun>[0] = {}): RunBuilder {
  const run = buildRun(header);
  run.tab("opened");
  const call = run.operation({ flow: "popup", tab });
  run.exchange({ by: call });
  call.ok();
  run.sees("content");
  run.at("00:20:00");
  run.fault({ id: "down", on: "all" });
  return run;
}

describe("screen passes", () => {
  it("when the user keeps seeing the application after a short wait", () => {
    const run = inOutage();
    run.sees("spinner");
    run.after(20_000);
    run.sees("content");
    run.at("00:30:00");
    run.cleared();
    expect(judge(run)).toEqual({
      verdict: "pass",
      message:
        "3 screens from the outage on, none of them blank or with a spinner for longer than 20s; every user with a valid token saw the application.",
      evidence: [5, 7, 8],
    });
  });

  it("when an error is shown because there is no token any more", () => {
    const run = inOutage();
    run.at("01:00:00");
    run.sees("error");
    run.at("02:00:00");
    run.sees("sign-in");
    run.at("03:00:00");
    run.cleared();
    expect(judge(run).verdict).toBe("pass");
  });

  it("when the tab, popup or browser with the stuck screen is closed", () => {
    const run = inOutage();
    run.sees("spinner", "tab-2");
    run.sees("blank", "popup-1");
    run.after(10_000);
    run.tab("closed", "tab-2");
    run.tab("closed", "popup-1");
    run.sees("spinner");
    run.after(10_000);
    run.browserRestarted();
    run.at("00:40:00");
    run.cleared();
    expect(judge(run).verdict).toBe("pass");
  });

  it("when the user signed out, or their session was revoked, before the application disappeared", () => {
    for (const ends of [
      (run: RunBuilder): void => run.exchange({ endpoint: "logout", client: "app-1" }),
      (run: RunBuilder): void => run.changed("sessions-revoked", [ada]),
    ]) {
      const run = inOutage();
      ends(run);
      run.sees("sign-in");
      run.at("00:30:00");
      run.cleared();
      expect(judge(run).verdict).toBe("pass");
    }
  });

  it("when a sign-in page is visible for a moment, or during a sign-in call", () => {
    const run = inOutage();
    run.sees("error");
    run.after(500);
    run.sees("content");
    run.sees("error", "popup-1");
    run.after(5_000);
    run.tab("closed", "popup-1");
    const call = run.operation({ flow: "redirect", tab });
    run.sees("sign-in");
    run.after(60_000);
    run.sees("content");
    call.ok();
    expect(judge(run).verdict).toBe("pass");
  });

  it("when a popup shows an error for a moment and the calls have no tab", () => {
    const run = buildRun();
    run.operation().ok({ token: run.token() });
    run.fault({ id: "down" });
    run.sees("error", "popup-1");
    run.after(5_000);
    run.tab("closed", "popup-1");
    expect(judge(run).verdict).toBe("pass");
  });

  it("when the error was there before the outage", () => {
    const run = buildRun();
    run.operation({ tab }).ok({ token: run.token() });
    run.sees("error");
    run.at("00:10:00");
    run.fault({ id: "down" });
    run.at("00:20:00");
    run.cleared();
    expect(judge(run).verdict).toBe("pass");
  });

  it("when a second tab that never had the token shows an error", () => {
    const run = inOutage();
    run.tab("opened", "tab-2");
    run.sees("error", "tab-2");
    run.at("00:30:00");
    run.cleared();
    expect(judge(run).verdict).toBe("pass");
  });
});

describe("screen fails", () => {
  it("for a sign-in page while a person signs in from another tab", () => {
    const run = inOutage();
    run.operation({ flow: "redirect", tab: "tab-2" });
    run.sees("sign-in");
    run.at("00:30:00");
    run.cleared();
    expect(judge(run).verdict).toBe("fail");
  });

  it("for a spinner that stays while the browser of another application ends", () => {
    const run = inOutage();
    run.sees("spinner");
    run.after(10_000);
    run.browserRestarted("cache", "app-2");
    run.at("00:40:00");
    run.cleared();
    expect(judge(run).verdict).toBe("fail");
  });

  it("for a spinner that never ends", () => {
    const run = inOutage();
    run.at("01:00:00");
    run.sees("spinner");
    run.at("01:10:00");
    run.cleared();
    expect(judge(run)).toEqual({
      verdict: "fail",
      message:
        "tab-1 of app-1 showed a spinner for 10m, from 1h into the run; at most 30s are allowed.",
      evidence: [7],
    });
  });

  it("for alternating blank pages and spinners, and for a wait that began before the outage, counted from the outage", () => {
    const turns = inOutage();
    for (const shows of ["blank", "spinner", "blank"] as const) {
      turns.sees(shows);
      turns.after(20_000);
    }
    turns.sees("content");
    expect(judge(turns).message).toContain("showed a blank page for 1m");
    const before = buildRun();
    before.sees("spinner");
    before.at("00:10:00");
    before.fault({ id: "down" });
    before.at("00:10:40");
    before.sees("content");
    expect(judge(before).message).toContain("showed a spinner for 40s, from 10m into the run");
  });

  it("for a popup that stays open with a blank page or an error", () => {
    for (const [shows, words] of [
      ["blank", "a blank page"],
      ["error", "an error"],
    ] as const) {
      const run = inOutage();
      run.sees(shows, "popup-1");
      run.at("00:30:00");
      run.cleared();
      expect(judge(run).message).toBe(
        `popup-1 of app-1 stayed open with ${words} for 10m, from 20m into the run; at most 30s are allowed.`,
      );
    }
  });

  it("for an error or a sign-in page although there is a valid token", () => {
    for (const [shows, words] of [
      ["error", "an error"],
      ["sign-in", "a sign-in page"],
    ] as const) {
      const run = inOutage();
      run.sees(shows);
      run.at("00:20:05");
      run.cleared();
      expect(judge(run)).toEqual({
        verdict: "fail",
        message: `tab-1 of app-1 showed ${words} instead of the application 20m into the run, although it had a token valid for another 40m.`,
        evidence: [7, 3],
      });
    }
  });

  it("for a text in the place of the application, but not after the person has signed in or out", () => {
    const replaced = (between: (run: RunBuilder) => void = () => undefined) => {
      const run = inOutage();
      between(run);
      run.seesUnlike();
      run.at("00:20:05");
      run.sees("content");
      return judge(run);
    };
    expect(replaced()).toMatchObject({
      verdict: "fail",
      message:
        "tab-1 of app-1 showed a page that has nothing of what was there before instead of the application 20m into the run, although it had a token valid for another 40m.",
    });
    expect(replaced((run) => run.prompt({ user: ada })).verdict).toBe("pass");
    expect(replaced((run) => run.exchange({ endpoint: "logout" })).verdict).toBe("pass");
    expect(replaced((run) => run.exchange({ endpoint: "token" })).verdict).toBe("fail");
  });

  it("for an error although there is a valid token, when another tab has a longer-lived one", () => {
    const run = inOutage();
    const token = run.token({ expiresIn: 86_400 });
    run.operation({ tab: "tab-2", scopes: ["api://orders/read"] }).ok({ token });
    run.sees("error");
    run.at("00:20:05");
    run.cleared();
    expect(judge(run).message).toContain("it had a token valid for another 40m");
  });

  it("for an error that stays after calls succeed again", () => {
    const run = inOutage();
    run.at("01:10:00");
    run.sees("error");
    run.at("01:20:00");
    run.cleared();
    const call = run.operation({ tab });
    run.exchange({ by: call });
    call.ok();
    run.at("01:25:00");
    run.sees("content");
    expect(judge(run).message).toBe(
      "tab-1 of app-1 kept showing an error for 5m after a call had got a token 1h 20m into the run.",
    );
  });

  it("by the limit of the scenario", () => {
    const within = (screenStuckMaxMs: number) => {
      const run = inOutage({ limits: { screenStuckMaxMs } });
      run.sees("blank");
      run.after(60_000);
      run.sees("content");
      return judge(run).verdict;
    };
    expect([within(60_000), within(59_999)]).toEqual(["pass", "fail"]);
  });
});

describe("screen is inconclusive", () => {
  it("without a screen, without an outage, and when all screens were closed before it", () => {
    const dark = buildRun();
    dark.fault({ id: "down" });
    const well = buildRun();
    well.sees("spinner");
    well.at("01:00:00");
    well.sees("content");
    const closed = buildRun();
    closed.sees("content");
    closed.tab("closed");
    closed.at("00:10:00");
    closed.fault({ id: "down" });
    for (const run of [dark, well, closed])
      expect(judge(run)).toMatchObject({ verdict: "inconclusive", evidence: [] });
  });
});

describe("a screen that is still there when a test reads the history", () => {
  const readAfter = (seconds: number) => {
    const run = inOutage();
    run.sees("error", "popup-1");
    const { header, events } = run.history();
    const endsAt = (events.at(-1)?.at ?? 0) + seconds * 1_000;
    return screen.judge({ header: { ...header, endsAt }, events });
  };

  it("counts until then", () => {
    expect(readAfter(20).verdict).toBe("pass");
    expect(readAfter(120)).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("popup-1 of app-1 stayed open with an error for 2m"),
    });
  });
});

describe("a change of the world", () => {
  it("is judged as an outage is", () => {
    const run = buildRun();
    run.tab("opened");
    run.sees("content");
    expect(judge(run).verdict).toBe("inconclusive");
    run.changed("keys-rotated");
    run.sees("spinner");
    run.after(60_000);
    run.sees("content");
    expect(judge(run).verdict).toBe("fail");
  });
});
