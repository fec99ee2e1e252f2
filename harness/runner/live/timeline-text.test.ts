import { describe, expect, it } from "vitest";
import { buildRun, type RunBuilder } from "../../../test/support/run-builder.ts";
import { unfinishedCalls } from "./timeline-text.ts";

const own = { flow: "custom", client: "shop", app: "load orders" } as const;
const said = (run: RunBuilder) => unfinishedCalls({ history: () => run.history() });

describe("a call in which a test timed out", () => {
  it("is named, with how long it has been open and when it last asked for something", () => {
    const run = buildRun();
    run.after(1_000);
    const call = run.operation(own);
    run.exchange({ by: call, takesMs: 5_000, status: 503 });
    run.after(3_600_000);
    run.cleared();
    expect(said(run)).toEqual([
      'The test timed out in entra.operate("load orders"): the call has not ended after 1h 0m 5s of virtual time, and was last answered 1h before that. Look for a promise that nothing settles, or a retry without an end.',
    ]);
    call.unknown();
    expect(said(run)).toHaveLength(1);
  });

  it("may have asked for nothing", () => {
    const run = buildRun();
    run.operation(own);
    run.after(60_000);
    run.cleared();
    expect(said(run)[0]).toContain("after 1m of virtual time, and was answered nothing.");
  });

  it("is none that has ended, and none that a client has made", () => {
    const run = buildRun();
    run.operation(own).ok();
    run.operation(own).fails();
    run.operation(own).unknown("never-ends");
    run.operation({ flow: "silent" });
    expect(said(run)).toEqual([]);
  });
});
