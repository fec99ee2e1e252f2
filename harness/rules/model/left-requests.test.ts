/** Which calls of own code have not waited for their token. */
import { describe, expect, it } from "vitest";
import {
  type BuiltOperation,
  buildRun,
  type RunBuilder,
} from "../../../test/support/run-builder.ts";
import { operationsOf } from "./exchanges.ts";
import { hasLeftItsRequest } from "./left-requests.ts";

const own = { flow: "custom", client: "shop", app: "load" } as const;

/** Whether the last call of a run has left its request. */
function left(build: (run: RunBuilder) => void): boolean | undefined {
  const run = buildRun();
  build(run);
  const history = run.history();
  return operationsOf(history)
    .slice(-1)
    .map((call) => hasLeftItsRequest(history, call))[0];
}

/** A call that ends ok with nothing, after what it `does`. */
function call(run: RunBuilder, does: (by: BuiltOperation) => void): void {
  const by = run.operation(own);
  does(by);
  run.after(100);
  by.ok({ token: "none" });
}

/** An earlier call whose client is issued a token of an hour. */
function holdsToken(run: RunBuilder): void {
  call(run, (by) => run.exchange({ by, issued: { token: run.token({ expiresIn: 3_600 }) } }));
}

describe("a call has left its request", () => {
  it.each(["token", "instance-discovery"] as const)("to %s that is open at its end", (endpoint) => {
    expect(left((run) => call(run, (by) => void run.request({ by, endpoint })))).toBe(true);
  });

  it("to the OpenID configuration, where its client asks for tokens at some time", () => {
    const reads = (run: RunBuilder): void =>
      call(run, (by) => void run.request({ by, endpoint: "openid-configuration" }));
    expect(left(reads)).toBe(false);
    const asks = (run: RunBuilder): void => {
      call(run, (by) => run.exchange({ by, status: 503 }));
      reads(run);
    };
    expect(left(asks)).toBe(true);
  });

  it("that it sent when another one had failed, or only after its end", () => {
    expect(
      left((run) =>
        call(run, (by) => {
          run.exchange({ by, status: 503 });
          run.request({ by });
        }),
      ),
    ).toBe(true);
    expect(
      left((run) => {
        const by = run.operation(own);
        by.ok({ token: "none" });
        run.exchange({ by });
      }),
    ).toBe(true);
  });

  it("also when an API is shown a token after its end, or at its end the token expires", () => {
    expect(
      left((run) => {
        const by = run.operation(own);
        run.request({ by });
        by.ok({ token: "none" });
        run.shows(by, run.token());
      }),
    ).toBe(true);
    expect(
      left((run) => {
        holdsToken(run);
        run.after(3_600_000 - 200);
        call(run, (by) => void run.request({ by }));
      }),
    ).toBe(true);
  });
});

describe("a call has not left its request", () => {
  it("that was answered before its end, without a token as well", () => {
    expect(left((run) => call(run, (by) => run.exchange({ by, status: 503 })))).toBe(false);
    expect(left((run) => call(run, () => undefined))).toBe(false);
  });

  it("to an API", () => {
    expect(
      left((run) => {
        call(run, (by) => run.exchange({ by, status: 503 }));
        call(run, (by) => void run.request({ by, endpoint: "resource" }));
      }),
    ).toBe(false);
  });

  it("when it fails, or does not end", () => {
    expect(
      left((run) => {
        const by = run.operation(own);
        run.request({ by });
        by.fails();
      }),
    ).toBe(false);
    expect(left((run) => void run.request({ by: run.operation(own) }))).toBe(false);
  });

  it("while it has another token: one that it has shown to an API, or that its client was issued", () => {
    expect(
      left((run) =>
        call(run, (by) => {
          run.shows(by, run.token());
          run.request({ by });
        }),
      ),
    ).toBe(false);
    expect(
      left((run) => {
        holdsToken(run);
        call(run, (by) => void run.request({ by }));
      }),
    ).toBe(false);
  });
});
