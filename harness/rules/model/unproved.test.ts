import { describe, expect, it } from "vitest";
import { buildRun, type RunBuilder } from "../../../test/support/run-builder.ts";
import { whyUnproved } from "./unproved.ts";

function whyOf(story: (run: RunBuilder) => void): string | undefined {
  const run = buildRun({ asserts: [] });
  story(run);
  return whyUnproved(run.history());
}

describe("requests whose operations are not seen", () => {
  it("prove nothing when there are none", () => {
    expect(whyOf(() => undefined)).toBe("No request was seen.");
  });

  it.each([
    ["refused", { networkFault: "ECONNREFUSED" }],
    ["answered with an error", { status: 503 }],
  ] as const)("prove nothing when each was %s", (_how, more) => {
    const why = whyOf((run) => {
      run.exchange(more);
      run.exchange(more);
    });
    expect(why).toMatch(/^All 2 requests failed/);
  });

  it("prove nothing when only metadata was read", () => {
    const why = whyOf((run) => {
      run.exchange({ endpoint: "openid-configuration", status: 200 });
      run.exchange({ status: 503 });
    });
    expect(why).toMatch(/^The only request for tokens and data failed/);
  });

  it("prove something when metadata is all that was asked for, and was answered", () => {
    expect(
      whyOf((run) => run.exchange({ endpoint: "openid-configuration", status: 200 })),
    ).toBeUndefined();
  });

  it.each([{ status: 400 }, { status: 200, cut: "fin" } as const])(
    "prove nothing by the answer %j",
    (reply) => {
      expect(whyOf((run) => run.exchange(reply))).toMatch(/^The only request failed/);
    },
  );

  it("prove something as soon as one is answered, or an operation says how it ended", () => {
    const answered = whyOf((run) => {
      run.exchange({ status: 503 });
      run.exchange({ status: 200 });
    });
    const operated = whyOf((run) => {
      const call = run.operation();
      run.exchange({ by: call, status: 503 });
      call.fails();
    });
    expect([answered, operated]).toEqual([undefined, undefined]);
  });
});
