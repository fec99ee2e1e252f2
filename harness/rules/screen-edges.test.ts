/** Rule screen where it is close whether a person saw the application. */
import { describe, expect, it } from "vitest";
import { screen } from "./screen.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";

const judge = (run: RunBuilder) => screen.judge(run.history());
const tab = "tab-1";

/** A person has signed in and sees the application; an hour's token. The outage begins twenty minutes in. */
function inOutage(): RunBuilder {
  const run = buildRun();
  run.tab("opened");
  const call = run.operation({ flow: "popup", tab });
  run.exchange({ by: call });
  call.ok();
  run.sees("content");
  run.at("00:20:00");
  run.fault({ id: "down", on: "all" });
  return run;
}

describe("screen, at its edges,", () => {
  it("says that no screen was seen", () => {
    const run = buildRun();
    run.fault({ id: "down" });
    expect(judge(run).message).toBe("No screen was seen.");
    run.sees("content");
    const later = buildRun();
    later.sees("content");
    later.after(1_000);
    later.tab("closed");
    later.after(1_000);
    later.fault({ id: "down" });
    expect(judge(later).message).toBe("No screen was seen in the outage or after it.");
  });

  it("names first what came first", () => {
    const run = inOutage();
    run.sees("spinner");
    run.after(40_000);
    run.sees("error");
    run.after(10_000);
    run.cleared();
    expect(judge(run).message).toMatch(/^tab-1 of app-1 showed a spinner .*, and 1 more time\.$/);
  });

  it("does not take the error in the place of the application for a sign-in", () => {
    const run = inOutage();
    run.operation({ flow: "redirect", tab });
    run.sees("error");
    run.after(10_000);
    run.cleared();
    expect(judge(run).verdict).toBe("fail");
  });

  it("takes a sign-in page for that of a call only while the call is open", () => {
    const judged = (...steps: readonly ((run: RunBuilder) => void)[]) => {
      const run = inOutage();
      for (const step of steps) step(run);
      run.after(10_000);
      run.cleared();
      return judge(run).verdict;
    };
    const sees = (run: RunBuilder): void => run.sees("sign-in");
    const begins = (run: RunBuilder): void => void run.operation({ flow: "redirect", tab });
    const ended = (run: RunBuilder): void => run.operation({ flow: "redirect", tab }).fails();
    const silent = (run: RunBuilder): void => void run.operation({ tab });
    expect(judged(begins, sees)).toBe("pass");
    for (const steps of [
      [sees, begins],
      [ended, sees],
      [silent, sees],
    ])
      expect(judged(...steps)).toBe("fail");
  });

  /** A screen without a valid token, and a call that gets one after `goodAfterMs`; it stays `forMs` longer. */
  function errorUntil(goodAfterMs: number, forMs: number, inTab = tab) {
    const run = inOutage();
    run.at("02:00:00");
    run.sees("error");
    run.after(goodAfterMs);
    const call = run.operation({ tab: inTab });
    run.exchange({ by: call });
    call.ok();
    run.after(forMs);
    run.sees("content");
    run.after(60_000);
    run.operation({ tab }).ok();
    run.cleared();
    return judge(run).verdict;
  }

  it("lets an error stay for half a minute after a call in its tab got a token", () => {
    expect(errorUntil(5_000, 30_000)).toBe("pass");
    expect(errorUntil(5_000, 30_001)).toBe("fail");
    expect(errorUntil(0, 40_000, "tab-2")).toBe("pass");
  });

  it("does not take screens of two tabs, or others than waits, for one wait", () => {
    const run = inOutage();
    run.sees("spinner", "tab-1");
    run.after(20_000);
    run.sees("content", "tab-1");
    run.sees("spinner", "tab-2");
    run.after(20_000);
    run.sees("content", "tab-2");
    run.sees("sign-in", "popup-1");
    run.after(600_000);
    run.tab("closed", "popup-1");
    expect(judge(run).verdict).toBe("pass");
  });
});

describe("a page that has nothing of what was there before", () => {
  const judged = (...steps: readonly ((run: RunBuilder) => void)[]) => {
    const run = inOutage();
    for (const step of steps) step(run);
    run.after(10_000);
    run.cleared();
    return judge(run).verdict;
  };
  const unlike = (run: RunBuilder): void => run.seesUnlike();
  const after = (ms: number) => (run: RunBuilder) => run.after(ms);

  it.each<[what: string, step: (run: RunBuilder) => void]>([
    ["a prompt", (run) => run.prompt()],
    ["a sign-in page", (run) => run.sees("sign-in", "tab-2")],
    ["a sign-out", (run) => run.exchange({ endpoint: "logout", client: "app-1" })],
  ])("is fine within half a minute after %s", (_, step) => {
    const held = (run: RunBuilder): void => void run.operation({ flow: "redirect", tab: "tab-2" });
    expect(judged(held, step, after(30_000), unlike)).toBe("pass");
  });

  it.each<[what: string, step: (run: RunBuilder) => void]>([
    ["nothing", () => undefined],
    ["a prompt of another application", (run) => run.prompt({ client: "app-2" })],
    ["the application in another tab", (run) => run.sees("content", "tab-2")],
    ["a request for metadata", (run) => run.exchange({ endpoint: "keys", client: "app-1" })],
  ])("is not after %s", (_, step) => {
    expect(judged(step, unlike)).toBe("fail");
  });

  it("is not before a prompt, or longer after one", () => {
    const prompt = (run: RunBuilder): void => run.prompt();
    expect(judged(unlike, prompt)).toBe("fail");
    expect(judged(prompt, after(30_001), unlike)).toBe("fail");
  });
});
