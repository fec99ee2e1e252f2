import { describe, expect, it } from "vitest";
import type { JournalHeader } from "../history/header.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { availability } from "./availability.ts";
import { faultMet } from "./fault-met.ts";
import { recovery } from "./recovery.ts";
import type { Rule } from "./rule.ts";
import { judgeHistory, verdictOf } from "./rules.ts";

type Why = NonNullable<JournalHeader["unmetFaults"]>[number]["why"];

/** A history whose fault `down` met no request, as its header says. */
function unmet(why: Why, story: (run: RunBuilder) => void, asserts: readonly string[] = []) {
  const run = buildRun({ asserts, unmetFaults: [{ id: "down", why }] });
  story(run);
  return run.history();
}

/** A call gets a token; half an hour later the fault begins, `during` happens, and it ends; then the call succeeds again. */
function story(window: object, during: (run: RunBuilder) => void, before: object = {}) {
  return (run: RunBuilder): void => {
    const first = run.operation();
    run.exchange({ by: first, issued: { token: run.token(before), refreshToken: "rt-1" } });
    first.ok();
    run.at("00:30:00");
    const end = run.fault({ id: "down", ...window });
    during(run);
    run.at("01:00:00");
    end();
    run.cleared();
    run.at("01:01:00");
    const last = run.operation();
    run.exchange({ by: last });
    last.ok();
  };
}

const atToken = { on: ["token"] } as const;
const atMetadata = { on: ["openid-configuration"] } as const;
const nothing = () => undefined;

describe("fault-met", () => {
  it("passes when every fault took a request", () => {
    const run = buildRun();
    story(atToken, nothing)(run);
    expect(faultMet.judge(run.history())).toMatchObject({ verdict: "pass" });
  });

  it("is inconclusive without a fault, and the history need not meet it", () => {
    const history = buildRun().history();
    expect(faultMet.judge(history)).toMatchObject({ verdict: "inconclusive" });
    expect(faultMet.precondition?.(history)).toBe(false);
    expect(judgeHistory(history)).toEqual([]);
  });

  it.each<[why: Why, window: object, says: string]>([
    [
      "no-request",
      atToken,
      "No request met the fault down (token at primary), active from +30m to +1h.",
    ],
    ["none-taken", { ...atToken, chance: 0.01 }, "its chance let them pass"],
    ["none-taken", { ...atToken, after: 9 }, '"after: 9" let them pass'],
    ["none-taken", { ...atToken, first: 0, chance: 0.5 }, 'its chance and "first: 0" let'],
    ["none-taken", { ...atToken, ramp: { from: 0, to: 1 } }, ": its chance let them pass"],
    ["none-taken", atToken, "another fault answered them first"],
  ])("is inconclusive for a fault that was %s: %o", (why, window, says) => {
    const judgement = faultMet.judge(unmet(why, story(window, nothing)));
    expect(judgement).toMatchObject({ verdict: "inconclusive", evidence: [] });
    expect(judgement.message).toContain(says);
  });

  it("is inconclusive for a fault that had not begun when the run ended", () => {
    const history = unmet("never-open", (run) => {
      run.at("00:10:00");
      run.operation().ok();
    });
    expect(faultMet.judge(history).message).toMatch(/^The fault down had not begun .* 10m in,/);
  });

  it("names the first of several, with the span of each", () => {
    const unmetFaults = ["late", "down"].map((id) => ({ id, why: "no-request" }) as const);
    const run = buildRun({ unmetFaults });
    story(atMetadata, (during) => {
      during.at("00:40:00");
      const end = during.fault({ id: "late", ...atMetadata });
      during.at("00:50:00");
      end();
    })(run);
    expect(faultMet.judge(run.history()).message).toBe(
      "No request met the fault late (openid-configuration at primary), active from +40m to +50m, and 1 more.",
    );
  });

  it("counts in the verdict of a history that does not assert it, beside what it asserts", () => {
    const history = unmet("no-request", story(atMetadata, nothing), ["cached-token"]);
    const found = judgeHistory(history).map(({ rule, verdict }) => `${rule} ${verdict}`);
    expect(found).toContain("fault-met inconclusive");
    expect(verdictOf(judgeHistory(history))).toBe("inconclusive");
  });

  it.each<[Rule]>([[availability], [recovery]])("keeps $id from passing", (rule) => {
    const history = unmet("no-request", story(atMetadata, nothing));
    expect(rule.judge(history).verdict).toBe("inconclusive");
    const run = buildRun();
    story(atMetadata, nothing)(run);
    expect(rule.judge(run.history()).verdict).toBe("pass");
  });
});

describe("a client that needs no request in a fault", () => {
  const callOk = (run: RunBuilder): void => run.operation().ok();

  it("has met a fault of the token endpoint by a valid token in its cache", () => {
    const history = unmet("no-request", story(atToken, callOk));
    expect(faultMet.judge(history).verdict).toBe("pass");
    expect(availability.judge(history).verdict).toBe("pass");
  });

  it("has met it by a token that an API accepts", () => {
    const shown = (run: RunBuilder): void => run.presented(run.token(), "accepted");
    expect(faultMet.judge(unmet("no-request", story(atToken, shown))).verdict).toBe("pass");
    const refused = (run: RunBuilder): void => run.presented(run.token(), "expired");
    expect(faultMet.judge(unmet("no-request", story(atToken, refused))).verdict).toBe(
      "inconclusive",
    );
  });

  it.each<[string, Why, object, (run: RunBuilder) => void, object?]>([
    ["without a call in the fault", "no-request", atToken, nothing],
    ["by a token that had expired", "no-request", atToken, callOk, { expiresIn: 60 }],
    ["by a call that failed", "no-request", atToken, (run) => run.operation().fails()],
    [
      "by a call that had to have a new token",
      "no-request",
      atToken,
      (run) => run.operation({ forceRefresh: true }).ok(),
    ],
    ["in a fault of the metadata", "no-request", atMetadata, callOk],
    ["in a fault of an API", "no-request", { on: ["token"], at: "resource" }, callOk],
    ["in a fault for some callers only", "no-request", { ...atToken, where: { app: "a" } }, callOk],
    ["when requests came, and none was taken", "none-taken", atToken, callOk],
  ])("has not met it %s", (_, why, window, during, token) => {
    const history = unmet(why, story(window, during, token));
    expect(faultMet.judge(history).verdict).toBe("inconclusive");
  });

  it("has met a fault of every endpoint by a valid token in its cache", () => {
    const history = unmet("no-request", story({ on: "all" }, callOk));
    expect(faultMet.judge(history).verdict).toBe("pass");
  });

  it("has not met a fault by a token that an API accepted before it", () => {
    const history = unmet("no-request", (run) => {
      run.presented(run.token(), "accepted");
      run.after(1);
      story(atToken, nothing)(run);
    });
    expect(faultMet.judge(history).verdict).toBe("inconclusive");
  });

  it("has met it by own code whose client was issued a token that is valid", () => {
    const own = { flow: "custom", client: "shop", app: "load" } as const;
    const judged = (then: (run: RunBuilder) => void, expiresIn = 3_600) =>
      faultMet.judge(
        unmet("no-request", (run) => {
          // Two tokens, so that it is not known which of them a call is for.
          for (const scopes of [["api://a"], ["api://b"]]) {
            const call = run.operation({ ...own, scopes });
            run.exchange({ by: call, scopes, issued: { token: run.token({ expiresIn }) } });
            call.ok({ token: "none" });
          }
          run.exchange({ client: "other", issued: { token: run.token({ expiresIn: 86_400 }) } });
          run.at("00:30:00");
          run.fault({ id: "down", ...atToken });
          then(run);
          run.exchange({ client: "late", issued: { token: run.token({ expiresIn: 86_400 }) } });
        }),
      ).verdict;
    const ok = (run: RunBuilder): void => run.operation(own).ok({ token: "none" });
    expect(judged(ok)).toBe("pass");
    expect(judged(ok, 1_799)).toBe("inconclusive");
    const elsewhere = { ...own, client: "late" };
    expect(judged((run) => run.operation(elsewhere).ok({ token: "none" }))).toBe("inconclusive");
    const silent = { ...own, flow: "silent", user: "new.user" } as const;
    expect(judged((run) => run.operation(silent).ok({ token: "none" }))).toBe("inconclusive");
  });

  it("has met a fault of the metadata by what it had read before", () => {
    const reading =
      (window: object, read: object = {}) =>
      (run: RunBuilder) => {
        const first = run.operation();
        run.exchange({ by: first, endpoint: "openid-configuration", ...read });
        run.exchange({ by: first });
        first.ok();
        run.at("00:10:00");
        run.fault({ id: "down", ...window });
        run.operation().ok();
      };
    expect(faultMet.judge(unmet("no-request", reading(atMetadata))).verdict).toBe("pass");
    const ofAll = { on: "all", at: "primary" };
    expect(faultMet.judge(unmet("no-request", reading(ofAll))).verdict).toBe("pass");
    const failed = reading(atMetadata, { status: 503 });
    expect(faultMet.judge(unmet("no-request", failed)).verdict).toBe("inconclusive");
    const elsewhere = (run: RunBuilder): void => {
      run.exchange({ client: "other", endpoint: "openid-configuration" });
      run.after(1);
      run.fault({ id: "down", ...atMetadata });
      run.operation().ok();
      run.exchange({ endpoint: "openid-configuration" });
    };
    expect(faultMet.judge(unmet("no-request", elsewhere)).verdict).toBe("inconclusive");
    const other = { on: ["instance-discovery"] };
    expect(faultMet.judge(unmet("no-request", reading(other))).verdict).toBe("inconclusive");
  });
});
