import { describe, expect, it } from "vitest";
import { identityEndpoint } from "./identity-endpoint.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import type { Reply } from "../../test/support/run-builder-wire.ts";

const judge = (run: RunBuilder) => identityEndpoint.judge(run.history());

const IMDS = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01";
const APP_SERVICE = "http://127.0.0.1:4141/msi/token?api-version=2019-08-01";

const withMetadata = [["metadata", "true"]] as const;

/** One call with these answers to its requests, each so many ms after the one before. */
function call(
  answers: readonly (readonly [afterMs: number, reply: Reply])[],
  { ends = "ok", url = IMDS }: { readonly ends?: "ok" | "fails"; readonly url?: string } = {},
): RunBuilder {
  const run = buildRun();
  const by = run.operation({ flow: "managed-identity" });
  for (const [afterMs, reply] of answers) {
    run.after(afterMs);
    run.exchange({
      by,
      endpoint: "managed-identity",
      method: "GET",
      url,
      headers: withMetadata,
      ...reply,
    });
  }
  if (ends === "ok") by.ok();
  else by.fails();
  return run;
}

const good: Reply = { status: 200 };
const gone: Reply = { status: 410 };
const busy: Reply = { status: 429 };
const broken: Reply = { status: 500 };

describe("identity-endpoint", () => {
  it("takes a first request without the header Metadata for a probe of the endpoint, and others not", () => {
    const run = (headers: readonly (readonly [string, string])[], answers: readonly number[]) => {
      const built = buildRun();
      const by = built.operation({ flow: "managed-identity" });
      for (const status of answers)
        built.exchange({
          by,
          endpoint: "managed-identity",
          method: "GET",
          url: IMDS,
          status,
          headers,
        });
      by.ok();
      return judge(built);
    };
    expect(run([], [400, 200])).toMatchObject({ verdict: "inconclusive" });
    expect(run(withMetadata, [400, 200])).toMatchObject({ verdict: "fail" });
    expect(run([], [400, 400, 200])).toMatchObject({ verdict: "fail" });
    expect(run([], [500, 200])).toMatchObject({ verdict: "fail" });
  });

  it("passes for a client that waits as the guidance says", () => {
    const pauses = [0, 0, 2_000, 6_000, 14_000, 30_000];
    const run = call([...pauses.map((ms) => [ms, busy] as const), [30_000, good]]);
    expect(judge(run)).toMatchObject({
      verdict: "pass",
      message:
        "1 call had a failed request to IMDS and retried 6 times, always as the guidance says.",
    });
    expect(
      judge(
        call([
          [0, broken],
          [1_000, broken],
          [2_000, good],
        ]),
      ).verdict,
    ).toBe("pass");
  });

  it("fails for a second retry at once, although the first one may be immediate", () => {
    expect(
      judge(
        call([
          [0, busy],
          [0, good],
        ]),
      ).verdict,
    ).toBe("pass");
    const judgement = judge(
      call([
        [0, busy],
        [0, busy],
        [0, good],
      ]),
    );
    expect(judgement).toMatchObject({
      verdict: "fail",
      message: "app-1 sent another request to IMDS 0s after a 429, sooner than 1s.",
    });
    expect(judgement.evidence).toEqual([4, 5]);
  });

  it("fails for pauses that do not grow, except after a 410, a Retry-After or from half a minute on", () => {
    const every = (ms: number, reply: Reply) =>
      judge(call([[0, reply], ...Array.from({ length: 4 }, () => [ms, reply] as const)]));
    expect(every(1_000, broken)).toMatchObject({
      verdict: "fail",
      message:
        "app-1 sent another request to IMDS 1s after a 500, no longer than the 1s of two retries before, and 1 more time.",
    });
    expect(every(10_000, busy).verdict).toBe("fail");
    expect(every(10_000, { status: 429, retryAfter: 10 }).verdict).toBe("pass");
    expect(every(10_000, gone).verdict).toBe("pass");
    expect(every(30_000, broken).verdict).toBe("pass");
    const growing = [0, 1_000, 1_000, 2_000, 2_000, 4_000].map((ms) => [ms, broken] as const);
    expect(judge(call(growing)).verdict).toBe("pass");
  });

  it("compares pauses between retries for one resource, since a request was last answered well", () => {
    const of = (resource: string, reply: Reply) => ({
      ...reply,
      url: `${IMDS}&resource=https://${resource}.azure.net`,
    });
    const growing = (resource: string) => [
      [0, of(resource, broken)] as const,
      [1_000, of(resource, broken)] as const,
      [4_000, of(resource, good)] as const,
    ];
    expect(judge(call([...growing("vault"), ...growing("storage")])).verdict).toBe("pass");
    expect(judge(call([...growing("vault"), ...growing("vault")])).verdict).toBe("pass");
    const apart = [
      [0, of("vault", busy)] as const,
      [0, of("storage", busy)] as const,
      [0, of("vault", good)] as const,
      [0, of("storage", good)] as const,
    ];
    expect(judge(call(apart)).verdict).toBe("pass");
    const steady = ["vault", "storage", "vault", "storage", "vault", "storage", "vault"].map(
      (resource) => [1_000, of(resource, broken)] as const,
    );
    expect(judge(call(steady)).verdict).toBe("fail");
  });

  it("fails for any retry sooner than a second after a 5xx", () => {
    const judgement = judge(
      call([
        [0, broken],
        [500, good],
      ]),
    );
    expect(judgement.message).toBe(
      "app-1 sent another request to IMDS 0.5s after a 500, sooner than 1s.",
    );
  });

  it("fails for a client that retries an error that a retry cannot fix", () => {
    const refused: Reply = { status: 400, error: "invalid_request" };
    const again = call(
      [
        [0, refused],
        [2_000, refused],
      ],
      { ends: "fails" },
    );
    expect(judge(again).message).toBe(
      "app-1 sent another request to IMDS 2s after a 400, which a retry cannot fix.",
    );
    expect(judge(call([[0, refused]], { ends: "fails" })).verdict).toBe("pass");
  });

  it("fails for a pause that does not grow, with a 410 only between those that are compared", () => {
    const afterBroken = (last: Reply) =>
      judge(
        call([
          [0, broken],
          [5_000, gone],
          [10_000, last],
          [5_000, good],
        ]),
      );
    expect(afterBroken(broken)).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("no longer than the 5s of two retries before"),
    });
    expect(afterBroken(gone).verdict).toBe("pass");
  });

  it("counts the 70 seconds from the 410s that no answer has ended", () => {
    const givesUp = (between: Reply) =>
      judge(
        call(
          [
            [0, gone],
            [60_000, between],
            [60_000, gone],
          ],
          { ends: "fails" },
        ),
      ).verdict;
    expect(givesUp(gone)).toBe("pass");
    expect(givesUp(good)).toBe("fail");
  });

  it("fails for a client that gives up before the 70 seconds of a 410 are over", () => {
    const early = call(
      [
        [0, gone],
        [10_000, gone],
      ],
      { ends: "fails" },
    );
    expect(judge(early)).toMatchObject({
      verdict: "fail",
      message: "app-1 gave up 10s after a 410 of IMDS, which is available again within 1m 10s.",
    });
    const every10s = Array.from({ length: 8 }, (_, at) => [at === 0 ? 0 : 10_000, gone] as const);
    expect(judge(call(every10s, { ends: "fails" })).verdict).toBe("pass");
    const other = call(
      [
        [0, gone],
        [10_000, broken],
      ],
      { ends: "fails" },
    );
    expect(judge(other).verdict).toBe("pass");
  });

  it("is about IMDS, and about its trouble", () => {
    const elsewhere = call(
      [
        [0, busy],
        [0, busy],
        [0, busy],
      ],
      { url: APP_SERVICE },
    );
    expect(judge(elsewhere).verdict).toBe("inconclusive");
    expect(judge(call([[0, good]]))).toMatchObject({
      verdict: "inconclusive",
      message: "No request to IMDS failed.",
    });
  });
});
