import { describe, expect, it } from "vitest";
import { retryStorm } from "./retry-storm.ts";
import type { JournalHeader } from "../history/header.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { ada, ben, type Ask, type Reply } from "../../test/support/run-builder-wire.ts";

const judge = (run: RunBuilder) => retryStorm.judge(run.history());

/** `count` requests, one every `everyMs`, that all fail. */
function requests(
  count: number,
  everyMs: number,
  run: Ask & Reply = {},
  header: Partial<JournalHeader> = {},
): RunBuilder {
  const history = buildRun(header);
  for (let sent = 0; sent < count; sent += 1) {
    history.exchange({ status: 503, ...run });
    history.after(everyMs);
  }
  return history;
}

describe("retry-storm", () => {
  it("passes for fourteen similar requests in any five minutes", () => {
    expect(judge(requests(60, 300_000 / 14))).toMatchObject({
      verdict: "pass",
      message: "At most 14 similar requests in any 5m; 14 are allowed.",
    });
  });

  it("fails for the fifteenth similar request", () => {
    const judgement = judge(requests(15, 20_000));
    expect(judgement.verdict).toBe("fail");
    expect(judgement.message).toBe(
      "app-1 sent 15 similar token requests within 4m 40s; 14 in 5m are allowed.",
    );
    expect(judgement.evidence).toEqual([0, 2, 4, 6, 8, 10, 12, 14]);
  });

  it("fails for a retry storm after a quiet hour, and for one of failed connections", () => {
    const run = requests(3, 1_200_000);
    for (let sent = 0; sent < 15; sent += 1) run.exchange();
    expect(judge(run).verdict).toBe("fail");
    const refused = { sent: "connection", networkFault: "ECONNREFUSED" } as const;
    expect(judge(requests(15, 10, refused)).verdict).toBe("fail");
  });

  it("fails for a client that loops although its requests succeed, or across restarts", () => {
    expect(judge(requests(15, 1_000, { status: 200 })).verdict).toBe("fail");
    const run = requests(14, 1_000);
    run.restarted();
    run.exchange();
    expect(judge(run).verdict).toBe("fail");
  });

  it("does not count polls for a device code that the person has not entered yet", () => {
    const polls = (error: string): string => {
      const run = buildRun();
      const by = run.operation({ flow: "device-code" });
      for (let sent = 0; sent < 15; sent += 1) {
        run.exchange({ by, status: 400, error });
        run.after(5_000);
      }
      return judge(run).verdict;
    };
    expect(polls("authorization_pending")).toBe("inconclusive");
    expect(polls("expired_token")).toBe("fail");
  });

  it("says that it repeats the rules on waiting for an app that only repeats failed requests", () => {
    const own = { flow: "client-credentials" } as const;
    expect(judge(requests(15, 20_000, own)).repeats).toEqual(["backoff", "retry-after"]);
    expect(judge(requests(15, 20_000, { ...own, status: 200 })).repeats).toBeUndefined();
    expect(judge(requests(15, 20_000, { flow: "silent" })).repeats).toBeUndefined();
  });

  it("uses the limit of the scenario", () => {
    const limits = { likeRequestsPer5MinutesMax: 4 };
    expect(judge(requests(5, 1_000, {}, { limits })).verdict).toBe("fail");
    expect(judge(requests(4, 1_000, {}, { limits })).verdict).toBe("pass");
  });

  it("counts each user and client separately", () => {
    const run = buildRun();
    for (let sent = 0; sent < 14; sent += 1)
      for (const user of [ada, ben])
        for (const client of ["app-1", "app-2"]) {
          const call = run.operation({ user, client });
          run.exchange({ by: call, status: 503 });
          call.fails();
        }
    expect(judge(run).verdict).toBe("pass");
  });

  it("does not count the polling of a device code", () => {
    const pending = { status: 400, error: "authorization_pending", flow: "device-code" } as const;
    const run = requests(60, 5_000, pending);
    run.exchange({ status: 503 });
    expect(judge(run).verdict).toBe("pass");
  });

  it("cannot distinguish sign-ins in a recording without users, but can distinguish refresh tokens", () => {
    const signIn = { anonymous: true, flow: "authorization-code", hint: "" } as const;
    expect(judge(requests(20, 1_000, signIn)).verdict).toBe("pass");
    const refresh = {
      anonymous: true,
      flow: "silent",
      hint: "",
      form: { refresh_token: "rt-0" },
    } as const;
    expect(judge(requests(20, 1_000, refresh)).verdict).toBe("fail");
  });

  it("is inconclusive when no token request failed", () => {
    expect(judge(requests(3, 1_000, { status: 200 })).verdict).toBe("inconclusive");
    expect(judge(buildRun()).verdict).toBe("inconclusive");
  });
});

describe("in a browser", () => {
  it("counts the requests of all tabs together, without those that the browser resent", () => {
    const run = buildRun();
    for (let sent = 0; sent < 14; sent += 1) {
      run.exchange({ by: run.operation({ tab: `tab-${sent % 3}` }), status: 503 });
      run.exchange({ by: run.operation({ tab: "tab-1" }), status: 503, resent: true });
    }
    expect(judge(run).verdict).toBe("pass");
    run.exchange({ by: run.operation({ tab: "tab-1" }), status: 503 });
    expect(judge(run).verdict).toBe("fail");
  });
});

describe("a storm of retries", () => {
  const repeats = (asked: Ask & Reply, last: Ask & Reply = asked) => {
    const run = buildRun();
    for (let sent = 0; sent < 15; sent += 1) run.exchange(sent === 14 ? last : asked);
    return retryStorm.judge(run.history()).repeats;
  };
  const failing = { status: 503 } as const;
  const both = ["backoff", "retry-after"];

  it("of an app for itself is judged by the rules on waiting as well", () => {
    expect(repeats(failing)).toEqual(both);
    expect(repeats(failing, { status: 200 })).toEqual(both);
    expect(repeats({ ...failing, endpoint: "keys" })).toEqual(both);
    const unsent = { sent: "connection", networkFault: "ECONNREFUSED" } as const;
    expect(repeats(unsent)).toEqual(both);
  });

  it("is more than that where users, or requests that succeeded, are among them", () => {
    expect(repeats({ ...failing, flow: "silent" })).toBeUndefined();
    const call = { flow: "custom", user: ada } as const;
    const run = buildRun();
    for (let sent = 0; sent < 15; sent += 1)
      run.exchange({ by: run.operation(call), sent: "connection", networkFault: "ECONNREFUSED" });
    expect(retryStorm.judge(run.history()).repeats).toBeUndefined();
    expect(repeats({ status: 200 }, failing)).toBeUndefined();
    expect(repeats({ ...failing, endpoint: "authorize", tab: "tab-1" })).toBeUndefined();
  });

  it("is the longest of several", () => {
    const run = buildRun();
    for (const [scope, count] of [
      ["api://a", 15],
      ["api://b", 16],
      ["api://c", 15],
    ] as const)
      for (let sent = 0; sent < count; sent += 1) run.exchange({ scopes: [scope], ...failing });
    expect(retryStorm.judge(run.history()).message).toContain("sent 16 similar");
  });
});

it("retry-storm counts a refused request as failed, from a 400 on", () => {
  const judged = (status: number) => {
    const run = buildRun();
    run.exchange({ status });
    return retryStorm.judge(run.history()).verdict;
  };
  expect([399, 400, 503].map(judged)).toEqual(["inconclusive", "pass", "pass"]);
});

describe("requests for sign-in pages", () => {
  /** Fifteen failing sign-in pages in a minute; each for one of `users`. */
  function pages(users: readonly string[]) {
    const run = buildRun();
    for (let index = 0; index < 15; index += 1) {
      const user = users[index % users.length];
      const who = user === undefined ? { anyone: true as const, hint: "" } : { user };
      const call = { flow: "popup", ...who } as const;
      const by = run.operation(call);
      run.exchange({ ...call, by, endpoint: "authorize", method: "GET", status: 503 });
      run.after(4_000);
    }
    return retryStorm.judge(run.history()).verdict;
  }

  it("count for one person, and not for several or for people who are not known", () => {
    expect(pages([ada])).toBe("fail");
    expect(pages([ada, ben])).toBe("pass");
    expect(pages([])).toBe("pass");
  });
});
