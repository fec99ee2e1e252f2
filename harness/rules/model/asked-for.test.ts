/** Calls of which rule availability knows that they got all that they asked for. */
import { describe, expect, it } from "vitest";
import type { FaultEffect } from "../../faults/plan.ts";
import type { Ask, Reply } from "../../../test/support/run-builder-wire.ts";
import {
  type BuiltOperation,
  buildRun,
  type RunBuilder,
} from "../../../test/support/run-builder.ts";
import { availability } from "../availability.ts";
import { gotAllItAskedFor } from "./asked-for.ts";
import { operationsOf } from "./exchanges.ts";

describe("availability counts a call that got all that it asked for, and fails in an outage all the same", () => {
  const load = { flow: "custom", app: "load", client: "shop", scopes: [] } as const;
  const bad = { name: "Error", code: "http_500", message: "HTTP 500" };
  /** A call that is served; an hour later an outage of all token requests begins, and then \`during\` happens. */
  const verdictOf = (during: (run: RunBuilder) => void, { before = true } = {}): string => {
    const run = buildRun();
    if (before) {
      const call = run.operation(load);
      run.exchange({ by: call, issued: { token: run.token({ expiresIn: 600 }) } });
      call.ok();
    }
    run.at("01:00:00");
    const end = run.fault({ id: "down", for: 3_600_000 });
    const lost = run.operation({ ...load, app: "other", client: "other" });
    run.exchange({ by: lost, status: 503, faults: ["down"] });
    lost.fails();
    run.at("01:10:00");
    during(run);
    run.at("02:00:00");
    end();
    return availability.judge(run.history()).verdict;
  };
  const issued = (run: RunBuilder, by: BuiltOperation, more: Ask & Reply = {}) =>
    run.exchange({ by, issued: { token: run.token() }, servedBy: "backup", ...more });

  it.each(["custom", "client-credentials", "silent"] as const)(
    "because it was issued its token, of flow %s",
    (flow) => {
      const fails = (run: RunBuilder): void => {
        const call = run.operation({ ...load, flow });
        run.exchange({ by: call, status: 503, faults: ["down"] });
        issued(run, call);
        call.fails(bad);
      };
      expect(verdictOf(fails)).toBe("fail");
      expect(verdictOf(fails, { before: false })).toBe("fail");
    },
  );

  it("but not when its last request failed, asked for another token, or came too late", () => {
    const ends = (then: (run: RunBuilder, call: BuiltOperation) => void): string =>
      verdictOf((run) => {
        const call = run.operation(load);
        issued(run, call, { scopes: ["orders"] });
        then(run, call);
        call.fails(bad);
      });
    expect(ends(() => undefined)).toBe("fail");
    const broken = { status: 503, faults: ["down"] };
    expect(ends((run, by) => run.exchange({ by, ...broken, scopes: ["orders"] }))).toBe("pass");
    expect(ends((run, by) => run.exchange({ by, ...broken, scopes: ["mail"] }))).toBe("pass");
    expect(ends((run, by) => void run.request({ by, scopes: ["mail"] }))).toBe("pass");
    expect(
      ends((run, by) =>
        run.exchange({ by, status: 400, error: "invalid_grant", scopes: ["mail"] }),
      ),
    ).toBe("pass");
    expect(ends((run, by) => run.exchange({ by, endpoint: "userinfo", status: 404 }))).toBe("pass");
  });

  it("and not when a fault spoilt the answer, or what the application keeps", () => {
    const spoilt = (kind: "truncated-body" | "latency"): string =>
      verdictOf((run) => {
        const effect: FaultEffect = kind === "latency" ? { kind, delay: 100 } : { kind, bytes: 10 };
        run.fault({ id: "body", effect });
        const call = run.operation(load);
        issued(run, call, { faults: ["body"] });
        call.fails(bad);
      });
    expect(spoilt("latency")).toBe("fail");
    expect(spoilt("truncated-body")).toBe("pass");
    const atHome = (at: "device" | "cache-store", ends: "before" | "after"): string =>
      verdictOf((run) => {
        const end = run.fault({ id: "home", at });
        if (ends === "before") end();
        run.after(1);
        const call = run.operation(load);
        issued(run, call);
        call.fails(bad);
      });
    for (const at of ["device", "cache-store"] as const) {
      expect(atHome(at, "after")).toBe("pass");
      expect(atHome(at, "before")).toBe("fail");
    }
  });

  it("because the API accepted its token, where the name has succeeded without an outage", () => {
    const shows =
      (status: number, app = "load") =>
      (run: RunBuilder): void => {
        const call = run.operation({ ...load, app });
        const token = run.token();
        issued(run, call, {});
        run.shows(call, token, { status });
        call.fails(bad);
      };
    expect(verdictOf(shows(200))).toBe("fail");
    expect(verdictOf(shows(503))).toBe("pass");
    const held =
      (app: string, code = "http_500") =>
      (run: RunBuilder): void => {
        const token = run.token();
        const first = run.operation({ ...load, app });
        run.exchange({ by: first, issued: { token }, servedBy: "backup" });
        first.ok();
        const call = run.operation({ ...load, app });
        run.shows(call, token);
        call.fails({ ...bad, code });
      };
    expect(verdictOf(held("load"))).toBe("fail");
    expect(verdictOf(held("load", "http_404"))).toBe("pass");
    expect(verdictOf(held("load", "no_such_order"))).toBe("pass");
    expect(verdictOf(held("load"), { before: false })).toBe("pass");
    expect(verdictOf(held("another"))).toBe("pass");
  });
});

describe("what a call asked for", () => {
  const own = { flow: "custom", app: "load", client: "shop" } as const;

  /** Whether the last call got all that it asked for, by its end or by `byMs` after the beginning of the run. */
  function gotAll(build: (run: RunBuilder) => void, byMs?: number): boolean | undefined {
    const run = buildRun();
    build(run);
    const history = run.history();
    return operationsOf(history)
      .slice(-1)
      .map((call) =>
        gotAllItAskedFor(
          history,
          call,
          byMs === undefined ? (call.completed?.at ?? Infinity) : history.header.startedAt + byMs,
        ),
      )[0];
  }

  /** A call that fails after what it `does`. */
  const calls =
    (does: (run: RunBuilder, by: BuiltOperation) => void) =>
    (run: RunBuilder): void => {
      const by = run.operation(own);
      does(run, by);
      by.fails();
    };

  it("is all there when each last answer is good, also below 400 without a token of its own", () => {
    expect(gotAll(calls((run, by) => run.exchange({ by })))).toBe(true);
    expect(
      gotAll(calls((run, by) => run.exchange({ by, endpoint: "resource", status: 399 }))),
    ).toBe(true);
    expect(
      gotAll(calls((run, by) => run.exchange({ by, endpoint: "resource", status: 400 }))),
    ).toBe(false);
  });

  it("is nothing when it asked no one", () => {
    expect(gotAll(calls(() => undefined))).toBe(false);
  });

  it("lacks an answer that has not come by then, or that has an error or no token", () => {
    const slow = calls((run, by) => run.exchange({ by, takesMs: 2_000 }));
    expect(gotAll(slow)).toBe(true);
    expect(gotAll(slow, 1_999)).toBe(false);
    expect(gotAll(calls((run, by) => void run.request({ by })))).toBe(false);
    const refused = { status: 302, error: "login_required", endpoint: "authorize" } as const;
    expect(gotAll(calls((run, by) => run.exchange({ by, ...refused })))).toBe(false);
    const bare = { status: 204, issued: "nothing" } as const;
    expect(gotAll(calls((run, by) => run.exchange({ by, ...bare })))).toBe(false);
  });

  it.each<[string, Ask, Ask]>([
    ["endpoint", { endpoint: "keys" }, { endpoint: "token" }],
    ["tenant", { tenant: "one" }, { tenant: "other" }],
    ["API", { scopes: ["api://one/.default"] }, { scopes: ["api://other/.default"] }],
  ])(
    "lacks what another request of the same call for another %s did not bring",
    (_, one, other) => {
      const build = calls((run, by) => {
        run.exchange({ by, ...one, status: 503 });
        run.exchange({ by, ...other });
      });
      expect(gotAll(build)).toBe(false);
      const again = calls((run, by) => {
        run.exchange({ by, ...one, status: 503 });
        run.exchange({ by, ...one });
      });
      expect(gotAll(again)).toBe(true);
    },
  );

  it("may be lost while its own device is broken: from the beginning of that to its end", () => {
    const broken = (
      span: "before" | "at its end" | "at its beginning" | "after",
    ): boolean | undefined =>
      gotAll((run) => {
        if (span === "before" || span === "at its beginning") {
          run.fault({ id: "home", at: "device" })();
          if (span === "before") run.after(1);
        }
        const by = run.operation(own);
        run.exchange({ by, takesMs: 100 });
        if (span === "at its end") run.fault({ id: "home", at: "device" });
        by.fails();
        run.after(1);
        if (span === "after") run.fault({ id: "home", at: "device" });
      });
    expect(broken("before")).toBe(true);
    expect(broken("at its beginning")).toBe(false);
    expect(broken("at its end")).toBe(false);
    expect(broken("after")).toBe(true);
  });
});
