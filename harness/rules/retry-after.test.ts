import { describe, expect, it } from "vitest";
import { retryAfter } from "./retry-after.ts";
import { ben } from "../../test/support/check-story-wire.ts";
import { story, type Story } from "../../test/support/check-story.ts";

const judge = (told: Story) => retryAfter.judge(told.history());
const daemon = { flow: "client-credentials", client: "daemon-1" } as const;

/** A daemon that is told at the start to wait, and calls again at `clock`. */
function throttledThenAsksAt(clock: string, retryAfterValue: number | string, status = 429): Story {
  const told = story();
  told.exchange({ ...daemon, status, retryAfter: retryAfterValue });
  told.at(clock);
  told.exchange(daemon);
  return told;
}

describe("retry-after", () => {
  it("holds when the client waits as long as it was told", () => {
    expect(judge(throttledThenAsksAt("00:01:00", 60)).verdict).toBe("pass");
    expect(judge(throttledThenAsksAt("00:02:00", 120, 503)).verdict).toBe("pass");
  });

  it("holds when calls fail locally in the meantime", () => {
    const told = story();
    told.exchange({ ...daemon, status: 429, retryAfter: 60 });
    told.at("00:00:30");
    told.operation(daemon).fails();
    expect(judge(told).verdict).toBe("pass");
  });

  it("is broken by a like request before the time, with the figures", () => {
    const judgement = judge(throttledThenAsksAt("00:00:30", 60));
    expect(judgement).toEqual({
      verdict: "fail",
      message:
        "daemon-1 asked the token endpoint again after 30s of 1m that Retry-After, in seconds, gave with a 429.",
      evidence: [1, 2],
    });
  });

  it("is broken by half of an HTTP-date, and by half of a 503", () => {
    const date = story().httpDate(180);
    expect(judge(throttledThenAsksAt("00:01:00", date))).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("after 1m of 3m that Retry-After, as an HTTP-date"),
    });
    expect(judge(throttledThenAsksAt("00:00:59", 120, 503)).verdict).toBe("fail");
  });

  it("does not take a preflight for a request, nor what it was told for what the client was told", () => {
    const told = story();
    told.exchange({ ...daemon, method: "OPTIONS", issued: "nothing" });
    told.exchange({ ...daemon, status: 429, retryAfter: 60 });
    told.at("00:00:30");
    told.exchange({ ...daemon, method: "OPTIONS", issued: "nothing" });
    told.at("00:01:00");
    told.exchange(daemon);
    expect(judge(told).verdict).toBe("pass");
    const refused = story();
    refused.exchange({ ...daemon, method: "OPTIONS", status: 429, retryAfter: 60 });
    refused.at("00:00:30");
    refused.exchange(daemon);
    expect(judge(refused).verdict).toBe("inconclusive");
  });

  it("forgives the rounding of whole seconds, but not of a wait of one", () => {
    const told = story();
    told.exchange({ ...daemon, status: 429, retryAfter: 60 });
    told.after(59_500);
    told.exchange(daemon);
    expect(judge(told).verdict).toBe("pass");
    const hasty = story();
    hasty.exchange({ ...daemon, status: 429, retryAfter: 1 });
    hasty.after(500);
    hasty.exchange(daemon);
    expect(judge(hasty).verdict).toBe("fail");
  });

  it("counts a connection that failed as a request, and each breach once", () => {
    const told = story();
    const first = told.operation(daemon);
    told.exchange({ by: first, status: 429, retryAfter: 60 });
    first.fails();
    for (const clock of ["00:00:10", "00:00:20"]) {
      told.at(clock);
      const again = told.operation(daemon);
      told.exchange({ by: again, sent: "connection", networkFault: "ECONNREFUSED" });
      again.fails();
    }
    expect(judge(told)).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("and so 1 more time."),
    });
  });

  it("remembers the longer of two instructions", () => {
    const told = story();
    const slow = told.request(daemon);
    const quick = told.request(daemon);
    quick.answered({ status: 429, retryAfter: 600 });
    slow.answered({ status: 429, retryAfter: 10 });
    told.at("00:05:00");
    told.exchange(daemon);
    expect(judge(told).verdict).toBe("fail");
  });

  it("leaves other users, other clients and requests already underway alone", () => {
    const told = story();
    const call = told.operation();
    const underway = told.request({ by: call });
    told.exchange({ by: call, status: 429, retryAfter: 60 });
    underway.answered();
    told.at("00:00:10");
    const other = told.operation({ user: ben });
    told.exchange({ by: other });
    told.exchange({ by: call, client: "app-2" });
    expect(judge(told).verdict).toBe("pass");
  });

  it("is broken by a process that forgets in a restart what it was told", () => {
    const told = story();
    told.exchange({ ...daemon, status: 429, retryAfter: 60 });
    told.restarted("daemon-1");
    told.at("00:00:10");
    told.exchange(daemon);
    expect(judge(told).verdict).toBe("fail");
  });

  it("judges a recording that knows neither clients nor operations", () => {
    const told = story();
    told.exchange({ anonymous: true, status: 429, retryAfter: 60 });
    told.at("00:00:05");
    told.exchange({ anonymous: true });
    expect(judge(told).verdict).toBe("fail");
  });

  it.each([0, "soon", "-5"])("sees no premise in Retry-After: %s", (value) => {
    expect(judge(throttledThenAsksAt("00:00:00", value)).verdict).toBe("inconclusive");
  });

  it("leaves protected APIs to their callers", () => {
    const told = story();
    told.exchange({ endpoint: "resource", status: 429, retryAfter: 60 });
    told.exchange({ endpoint: "resource" });
    expect(judge(told).verdict).toBe("inconclusive");
  });

  it("sees no premise without a throttle, nor when nothing follows", () => {
    expect(judge(throttledThenAsksAt("00:00:00", 60, 200)).verdict).toBe("inconclusive");
    const told = story();
    told.exchange({ ...daemon, status: 429, retryAfter: 60 });
    told.operation({ client: "another" }).fails();
    expect(judge(told).verdict).toBe("inconclusive");
  });
});

describe("in a browser", () => {
  it("does not blame the client for what the browser sends again by itself", () => {
    const told = story();
    told.exchange({ ...daemon, status: 429, retryAfter: 60 });
    told.exchange({ ...daemon, resent: true });
    expect(judge(told).verdict).toBe("pass");
    told.exchange({ ...daemon, resent: true, status: 429, retryAfter: 60 });
    told.after(5_000);
    told.exchange(daemon);
    expect(judge(told).verdict).toBe("fail");
  });

  it("judges a tab by what itself was told, also before its page was loaded anew", () => {
    const told = story();
    const asks = (tab: string, reply = {}): void => {
      told.exchange({ by: told.operation({ tab }), ...reply });
    };
    asks("tab-1", { status: 429, retryAfter: 60 });
    asks("tab-2");
    expect(judge(told).verdict).toBe("pass");
    told.tab("reloaded");
    asks("tab-1");
    expect(judge(told).verdict).toBe("fail");
  });
});
