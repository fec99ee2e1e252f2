/** Own code that fails although it had its token: whether `cached-token` and `availability` say so. */
import { describe, expect, it } from "vitest";
import {
  buildRun,
  type BuiltOperation,
  type RunBuilder,
} from "../../../test/support/run-builder.ts";
import type { OperationCompleted, TokenFacts } from "../../history/event.ts";
import { availability } from "../availability.ts";
import { cachedToken } from "../cached-token.ts";

const own = { flow: "custom", client: "shop", app: "load", scopes: [] } as const;

/** A token of a day, the token endpoint down from an hour on, and a call in which `then` happens and that fails. */
function judge(
  then: (run: RunBuilder, call: BuiltOperation, held: TokenFacts) => void,
  error: Partial<Extract<OperationCompleted, { outcome: "fail" }>["error"]> = { code: "http_500" },
) {
  const run = buildRun();
  const held = run.token({ expiresIn: 86_400 });
  const first = run.operation(own);
  run.exchange({ by: first, issued: { token: held } });
  run.shows(first, held);
  first.ok();
  run.at("01:00:00");
  run.fault({ id: "down", for: 36_000_000 });
  run.at("02:00:00");
  const call = run.operation(own);
  then(run, call, held);
  call.fails(error);
  run.at("02:10:00");
  const last = run.operation(own);
  run.shows(last, held);
  last.ok();
  const history = run.history();
  return [cachedToken, availability].map((rule) => rule.judge(history).verdict);
}

const bothFail = ["fail", "fail"];
const bothPass = ["pass", "pass"];

describe("a call of own code that fails while its client holds a valid token", () => {
  it("was not refused the token when it sent it to an API", () => {
    expect(judge((run, call, held) => run.shows(call, held), { code: "no_such_order" })).toEqual(
      bothPass,
    );
    // A page 5xx after a good answer of the API comes with the outage.
    expect(judge((run, call, held) => run.shows(call, held))).toEqual(["pass", "fail"]);
    expect(judge((run, call, held) => run.shows(call, held, { status: 500 }))).toEqual(bothPass);
  });

  it("was refused it when it sent none, or another", () => {
    expect(judge(() => undefined)).toEqual(bothFail);
    expect(judge((run, call) => run.shows(call, run.token()))).toEqual(bothFail);
  });

  it("was refused it when its client failed without a request after the API had answered", () => {
    const byClient = { name: "ClientAuthError", code: "endpoints_resolution_error" };
    const after = (status: number, error: typeof byClient) =>
      judge((run, call, held) => run.shows(call, held, { status }), error);
    expect(after(200, byClient)).toEqual(bothFail);
    expect(after(503, byClient)).toEqual(bothPass);
    expect(after(200, { name: "Error", code: "no_such_order" })).toEqual(bothPass);
    // Libraries of other services use these names as well.
    for (const name of ["AuthError", "AuthenticationError"])
      expect(after(200, { name, code: name })).toEqual(bothPass);
  });

  it("was refused it when the API rejected the token in another call at the same time", () => {
    const verdicts = judge((run, call, held) => {
      const headers = [["authorization", `Bearer ${held.accessToken}`]] as const;
      const sent = run.request({ by: call, endpoint: "resource", headers });
      const other = run.operation(own);
      run.shows(other, held, { verdict: "unknown-key" });
      other.fails({ code: "http_401" });
      sent.answered({ status: 200, issued: "nothing" });
      run.exchange({ by: call, status: 503, faults: ["down"] });
    });
    expect(verdicts).toEqual(bothFail);
  });

  it("was refused it when the API rejected it, and the call got no answer", () => {
    const verdicts = judge((run, call, held) => {
      const headers = [["authorization", `Bearer ${held.accessToken}`]] as const;
      run.request({ by: call, endpoint: "resource", headers });
      run.exchange({ by: call, status: 503, faults: ["down"] });
      run.presented(held, "unknown-key", "shop");
    });
    expect(verdicts).toEqual(bothFail);
  });

  it("was refused it when a later request for a token failed", () => {
    const verdicts = judge((run, call, held) => {
      run.shows(call, held);
      run.exchange({ by: call, status: 503, faults: ["down"] });
    });
    expect(verdicts).toEqual(bothFail);
  });

  it("needed another one when the API rejected it", () => {
    const verdicts = judge((run, call, held) => {
      run.shows(call, held, { verdict: "unknown-key" });
      run.exchange({ by: call, status: 503, faults: ["down"] });
    });
    expect(verdicts).toEqual(bothPass);
  });

  it("was refused it when an API rejected another one", () => {
    const verdicts = judge((run, call) => run.shows(call, run.token(), { verdict: "unknown-key" }));
    expect(verdicts).toEqual(bothFail);
  });
});

it("a request for a token is needed once an API has rejected the cached one, and not before", () => {
  const asks = (verdict: "accepted" | "unknown-key"): string => {
    const run = buildRun();
    const held = run.token();
    const first = run.operation(own);
    run.exchange({ by: first, issued: { token: held } });
    first.ok();
    run.after(60_000);
    const call = run.operation(own);
    run.shows(call, held, { verdict });
    run.exchange({ by: call });
    call.ok();
    return cachedToken.judge(run.history()).verdict;
  };
  expect([asks("unknown-key"), asks("accepted")]).toEqual(["pass", "fail"]);
});
