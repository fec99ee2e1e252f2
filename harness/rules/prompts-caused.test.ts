/** Invented runs for rule prompts-caused. */
import { describe, expect, it } from "vitest";
import { promptsCaused } from "./prompts-caused.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { ada, ben } from "../../test/support/run-builder-wire.ts";

const judge = (run: RunBuilder) => promptsCaused.judge(run.history());
const tab = "tab-1";
const inIframe = { endpoint: "authorize", status: 302, issued: "nothing" } as const;

/** A person signs in; a token of an hour, by the implicit flow without a refresh token. */
function signIn(run: RunBuilder, user = ada): void {
  const call = run.operation({ flow: "popup", tab, user });
  run.prompt({ user, operation: call.operation });
  run.exchange({ by: call });
  call.ok();
}

/** Ada signed in at the start; from an hour and a half in everything is down, for an hour. */
function outage(header: Parameters<typeof buildRun>[0] = {}): {
  run: RunBuilder;
  ends: () => void;
} {
  const run = buildRun(header);
  signIn(run);
  run.at("01:30:00");
  const ends = run.fault({ id: "down", on: "all" });
  return { run, ends };
}

/** Sends Ada to a sign-in page that is down. */
function sentToPage(run: RunBuilder, flow: "popup" | "redirect" = "popup", user = ada): void {
  const call = run.operation({ flow, tab, user });
  run.exchange({ by: call, endpoint: "authorize", status: 503 });
  call.fails({ code: "timed_out" });
}

describe("prompts-caused passes", () => {
  it("when silent calls fail and no one is asked to sign in", () => {
    const { run, ends } = outage();
    const call = run.operation({ flow: "sso-silent", tab });
    run.exchange({ by: call, ...inIframe, status: 503 });
    call.fails({ code: "timed_out" });
    run.at("02:30:00");
    ends();
    run.operation({ tab }).ok();
    expect(judge(run)).toEqual({
      verdict: "pass",
      message:
        "2 calls for people who were signed in before the outage, during it and in the hour after; they were asked to sign in 0 times.",
      evidence: [6],
    });
  });

  it("when a popup succeeds through the session, without a person", () => {
    const { run } = outage();
    const call = run.operation({ flow: "popup", tab });
    run.exchange({ by: call });
    call.ok();
    expect(judge(run).verdict).toBe("pass");
  });

  it("when the limit of the scenario allows the prompts", () => {
    const { run } = outage({ limits: { promptsMax: 1 } });
    sentToPage(run);
    expect(judge(run).verdict).toBe("pass");
    sentToPage(run);
    expect(judge(run).verdict).toBe("fail");
  });

  /** Prompts that the outage did not cause, by reason. */
  const reasons: readonly (readonly [string, (run: RunBuilder) => void])[] = [
    ["the user chose the prompt", (run) => run.prompt({ user: ada, prompt: "select_account" })],
    ["a device shows its code", (run) => run.prompt({ user: ada, prompt: "device-code" })],
    [
      "an API had challenged the person",
      (run) => {
        const call = run.operation({ flow: "popup", tab, claims: true });
        run.prompt({ user: ada, operation: call.operation });
        call.ok();
      },
    ],
    [
      "the session was revoked",
      (run) => {
        run.changed("sessions-revoked", [ada]);
        sentToPage(run);
      },
    ],
    [
      "the person had signed out",
      (run) => {
        run.exchange({ endpoint: "logout", client: "app-1" });
        sentToPage(run);
      },
    ],
    [
      "the service said that the person is needed",
      (run) => {
        const call = run.operation({ flow: "sso-silent", tab });
        run.exchange({ by: call, ...inIframe, error: "login_required" });
        call.fails({ code: "login_required", interactionRequired: true });
        sentToPage(run);
      },
    ],
    [
      "the first sign-in was in the outage itself",
      (run) => {
        const call = run.operation({ flow: "popup", tab, user: ben });
        run.exchange({ by: call });
        call.ok();
        sentToPage(run, "popup", ben);
      },
    ],
    ["another user signs in", (run) => sentToPage(run, "popup", ben)],
    [
      "the session ended with the browser",
      (run) => {
        run.browserRestarted();
        sentToPage(run);
      },
    ],
    [
      "the session was a day old",
      (run) => {
        run.at("24:00:01");
        sentToPage(run);
      },
    ],
  ];

  it.each(reasons)("when %s", (_, happens) => {
    const { run } = outage();
    run.operation({ tab }).fails();
    happens(run);
    expect(judge(run).verdict).toBe("pass");
  });
});

describe("prompts-caused fails", () => {
  it("for popups and redirects to a page that is down, and for prompts, each counted once", () => {
    const { run } = outage();
    run.at("01:31:00");
    sentToPage(run);
    sentToPage(run, "redirect");
    const call = run.operation({ flow: "popup", tab });
    run.prompt({ user: ada, operation: call.operation });
    call.fails();
    expect(judge(run)).toEqual({
      verdict: "fail",
      message:
        "The outage made people sign in again who were signed in before it (3 times; 0 allowed): app-1 first asked 1h 31m into the run.",
      evidence: [6, 10, 15],
    });
  });

  it("and counts the people who were asked", () => {
    const run = buildRun();
    signIn(run);
    signIn(run, ben);
    run.fault({ id: "down", on: "all" });
    sentToPage(run);
    sentToPage(run, "popup", ben);
    expect(judge(run).message).toContain("(2 times, 2 people; 0 allowed)");
  });

  it("for prompts within an hour after the outage, and not later", () => {
    const after = (clock: string) => {
      const { run, ends } = outage();
      run.at("02:30:00");
      ends();
      run.operation({ tab }).ok();
      run.at(clock);
      sentToPage(run);
      return judge(run).verdict;
    };
    expect([after("03:30:00"), after("03:30:01")]).toEqual(["fail", "pass"]);
  });

  it("although the session ended with the browser, if there was a valid token", () => {
    const run = buildRun();
    signIn(run);
    run.fault({ id: "down", on: "all" });
    run.browserRestarted();
    sentToPage(run);
    expect(judge(run).verdict).toBe("fail");
  });

  it("although an unrelated change happened or an unrelated browser ended", () => {
    for (const happens of [
      (run: RunBuilder): void => run.changed("groups-changed", [ada]),
      (run: RunBuilder): void => run.browserRestarted("cache", "app-2"),
    ]) {
      const { run } = outage();
      happens(run);
      sentToPage(run);
      expect(judge(run).verdict).toBe("fail");
    }
  });

  it("when a refresh token had expired, and the session would have sufficed", () => {
    const { run } = outage();
    const call = run.operation({ tab });
    const error = { error: "invalid_grant", codes: [700084], suberror: "bad_token" };
    run.exchange({ by: call, status: 400, error });
    run.exchange({ by: call, ...inIframe, status: 503 });
    call.fails({ code: "timed_out" });
    sentToPage(run);
    expect(judge(run).verdict).toBe("fail");
  });
});

describe("prompts-caused is inconclusive", () => {
  it("without an outage, and when no one who was signed in used the application", () => {
    const well = buildRun();
    signIn(well);
    const { run: alone } = outage();
    const unknownUser = buildRun();
    unknownUser.fault({ id: "down", on: "all" });
    sentToPage(unknownUser);
    for (const run of [well, alone, unknownUser])
      expect(judge(run)).toMatchObject({ verdict: "inconclusive", evidence: [] });
  });
});

describe("prompts-caused, at its edges,", () => {
  it("counts prompts in each of two outages, and those of the hour after", () => {
    const { run, ends } = outage();
    sentToPage(run);
    run.at("01:40:00");
    ends();
    run.at("04:00:00");
    signIn(run);
    run.at("05:00:00");
    const again = run.fault({ id: "again", on: "all" });
    sentToPage(run);
    again();
    expect(judge(run).message).toContain("(2 times; 0 allowed)");
  });

  it("does not judge people who were not signed in before, or only in another application", () => {
    const run = buildRun();
    const elsewhere = run.operation({ flow: "popup", tab, client: "app-2" });
    run.exchange({ by: elsewhere });
    elsewhere.ok();
    run.at("01:30:00");
    run.fault({ id: "down", on: "all" });
    sentToPage(run);
    const late = run.operation({ tab });
    run.exchange({ by: late });
    late.ok();
    expect(judge(run).verdict).toBe("inconclusive");
  });

  it("does not judge a prompt after a revocation of several people, or of no one known", () => {
    for (const users of [[ben, ada], undefined]) {
      const { run } = outage();
      run.changed("sessions-revoked", users);
      sentToPage(run);
      expect(judge(run).verdict).not.toBe("fail");
    }
    const { run } = outage();
    run.changed("sessions-revoked", [ben]);
    sentToPage(run);
    expect(judge(run).verdict).toBe("fail");
  });

  it("judges a prompt although the session was ended, or a sign-in required, before the last success or after it", () => {
    const run = buildRun();
    run.changed("sessions-revoked");
    signIn(run);
    run.at("01:30:00");
    run.fault({ id: "down", on: "all" });
    sentToPage(run);
    const refused = run.operation({ tab });
    run.exchange({ by: refused, status: 400, error: "interaction_required" });
    refused.fails({ interactionRequired: true });
    expect(judge(run).verdict).toBe("fail");
  });

  /** Long after the session has ended a person is asked; whether that was caused by the outage says what the client holds. */
  const afterSession = (
    refreshToken: boolean,
    then: (run: RunBuilder) => void = () => undefined,
  ) => {
    const run = buildRun();
    const call = run.operation({ flow: "authorization-code" });
    const token = run.token();
    run.exchange({ by: call, issued: refreshToken ? { token, refreshToken: "rt-1" } : { token } });
    call.ok();
    run.at("30:00:00");
    then(run);
    run.fault({ id: "down", on: "all" });
    run.prompt({ user: ada });
    return judge(run).verdict;
  };

  it("judges a prompt by the refresh token that the client holds or has lost, once the session is over", () => {
    expect(afterSession(true)).toBe("fail");
    expect(afterSession(true, (run) => run.restarted())).toBe("fail");
    expect(afterSession(false)).not.toBe("fail");
  });

  it("does not take an answer of an API, or a failure, for a sign that the session lives", () => {
    for (const answer of [{ endpoint: "resource" }, { status: 503 }] as const)
      expect(
        afterSession(false, (run) => {
          const call = run.operation();
          run.exchange({ by: call, ...answer });
          call.fails();
        }),
      ).not.toBe("fail");
  });

  it("takes the restart of a process, and not of the browser, for none of the session", () => {
    const judged = (restarts: (run: RunBuilder) => void) => {
      const { run } = outage();
      restarts(run);
      sentToPage(run);
      return judge(run).verdict;
    };
    expect(judged((run) => run.restarted("app-1", "cache"))).toBe("fail");
    expect(judged((run) => run.browserRestarted())).not.toBe("fail");
    expect(judged((run) => run.browserRestarted("cache", "app-2"))).toBe("fail");
  });
});
