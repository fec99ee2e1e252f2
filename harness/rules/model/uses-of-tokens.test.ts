/** What became of a token in one call, and whether it was shown again by one who could know better. */
import { describe, expect, it } from "vitest";
import {
  buildRun,
  type BuiltOperation,
  type RunBuilder,
} from "../../../test/support/run-builder.ts";
import type { OperationCompleted, TokenFacts, TokenPresented } from "../../history/event.ts";
import { exchangesOf, operationsOf } from "./exchanges.ts";
import { isShownKnowingly, rejectionOf, tokenSentBy, useOfToken } from "./shown-tokens.ts";

const own = { flow: "custom", client: "shop", app: "load", scopes: [] } as const;
const byClient = { name: "ClientAuthError", code: "endpoints_resolution_error" };
type Failure = Partial<Extract<OperationCompleted, { outcome: "fail" }>["error"]>;

/** What became of a token in a call in which `then` happens. */
function use(
  then: (run: RunBuilder, call: BuiltOperation, held: TokenFacts) => void,
  {
    error = {},
    ends = true,
    holds = true,
  }: { error?: Failure; ends?: boolean; holds?: boolean } = {},
) {
  const run = buildRun();
  const held = run.token();
  const call = run.operation(own);
  then(run, call, held);
  if (ends) call.fails(error);
  const history = run.history();
  const [operation] = operationsOf(history);
  return operation && useOfToken(history, operation, holds ? held : undefined);
}

const bearer = ({ accessToken }: TokenFacts) =>
  [["authorization", `Bearer ${accessToken}`]] as const;

describe("the use of a token in a call", () => {
  it("is known of one that it was issued, also where its client had none before", () => {
    const issuedAndShown = (run: RunBuilder, call: BuiltOperation): void => {
      const token = run.token();
      run.exchange({ by: call, issued: { token } });
      run.shows(call, token);
    };
    expect(use(issuedAndShown, { holds: false })).toBe("used");
    expect(use((run, call) => run.shows(call, run.token()), { holds: false })).toBeUndefined();
    expect(
      use((run, call) => run.exchange({ by: call, endpoint: "keys" }), { holds: false }),
    ).toBeUndefined();
  });

  it("is that of the last time, and no request for a token was in vain afterwards", () => {
    const failed = { status: 503, issued: "nothing" } as const;
    expect(
      use((run, call, held) => {
        run.exchange({ by: call, ...failed });
        run.shows(call, held);
        run.exchange({ by: call, endpoint: "keys", status: 503 });
        run.exchange({ by: call });
      }),
    ).toBe("used");
    expect(
      use((run, call, held) => {
        run.shows(call, held);
        run.request({ by: call });
      }),
    ).toBeUndefined();
  });

  it("is excused by what the API answered, and else not when the client threw", () => {
    const shown = (status: number | "open" | "cut" | "broken") =>
      use(
        (run, call, held) => {
          const ask = { by: call, endpoint: "resource", headers: bearer(held) } as const;
          const request = run.request(ask);
          if (status === "open") return;
          request.answered(
            status === "broken"
              ? { networkFault: "ECONNRESET", issued: "nothing" }
              : {
                  status: status === "cut" ? 200 : status,
                  issued: "nothing",
                  ...(status === "cut" ? { cut: "reset" } : {}),
                },
          );
        },
        { error: byClient },
      );
    expect([200, 399].map(shown)).toEqual([undefined, undefined]);
    expect(([400, 503, "open", "cut", "broken"] as const).map(shown)).toEqual(
      Array.from({ length: 5 }, () => "used"),
    );
    expect(use((run, call, held) => run.shows(call, held), { ends: false })).toBe("used");
  });
});

describe("the rejection of a token", () => {
  const found = (then: (run: RunBuilder, call: BuiltOperation, held: TokenFacts) => void) => {
    const run = buildRun();
    const held = run.token();
    const call = run.operation(own);
    then(run, call, held);
    const history = run.history();
    return rejectionOf(history, exchangesOf(history), held) !== undefined;
  };
  const answered401 = (
    run: RunBuilder,
    [call, sent]: readonly [BuiltOperation, TokenFacts],
    meanwhile: () => void,
  ): void => {
    const request = run.request({ by: call, endpoint: "resource", headers: bearer(sent) });
    meanwhile();
    request.answered({ status: 401, issued: "nothing" });
  };

  it("is a 401 during which the API judged that token, and no other", () => {
    expect(
      found((run, call, held) =>
        answered401(run, [call, held], () => run.presented(held, "unknown-key", "shop")),
      ),
    ).toBe(true);
    expect(found((run, call, held) => answered401(run, [call, held], () => undefined))).toBe(false);
    expect(
      found((run, call, held) =>
        answered401(run, [call, held], () => run.presented(held, "accepted", "shop")),
      ),
    ).toBe(false);
    expect(
      found((run, call, held) =>
        answered401(run, [call, held], () => run.presented(run.token(), "unknown-key", "shop")),
      ),
    ).toBe(false);
    expect(
      found((run, call, held) => {
        const other = run.token();
        answered401(run, [call, other], () => run.presented(other, "unknown-key", "shop"));
        void held;
      }),
    ).toBe(false);
    expect(
      found((run, call, held) => {
        run.presented(held, "unknown-key", "shop");
        answered401(run, [call, held], () => undefined);
        run.presented(held, "unknown-key", "shop");
      }),
    ).toBe(false);
  });
});

describe("a token that is shown again", () => {
  /** Whether the second rejection of a token is of one that its sender knew to be rejected. */
  const knowingly = (then: (run: RunBuilder, held: TokenFacts) => void): boolean => {
    const run = buildRun();
    const held = run.token();
    then(run, held);
    const history = run.history();
    const [first, again] = history.events.filter(
      (event): event is TokenPresented => event.kind === "token-presented",
    );
    if (first === undefined || again === undefined) throw new Error("it is not shown twice");
    return isShownKnowingly(history, first, again);
  };
  const request = (run: RunBuilder, held: TokenFacts) =>
    run.request({ ...own, endpoint: "resource", headers: bearer(held) });
  const refuse = (run: RunBuilder, held: TokenFacts): void =>
    run.presented(held, "expired", "shop");
  const answer = { status: 401, issued: "nothing" } as const;

  it("is so knowingly once the first answer has come", () => {
    const after = (isAnswered: boolean): boolean =>
      knowingly((run, held) => {
        const first = request(run, held);
        refuse(run, held);
        if (isAnswered) first.answered(answer);
        const second = request(run, held);
        refuse(run, held);
        second.answered(answer);
        if (!isAnswered) first.answered(answer);
      });
    expect([after(true), after(false)]).toEqual([true, false]);
  });

  it("is not known by another answer: of another token, of before, or another than 401", () => {
    const by = (known: (run: RunBuilder, held: TokenFacts) => void): boolean =>
      knowingly((run, held) => {
        const first = request(run, held);
        refuse(run, held);
        known(run, held);
        const second = request(run, held);
        refuse(run, held);
        second.answered(answer);
        first.answered(answer);
      });
    expect(by((run) => request(run, run.token()).answered(answer))).toBe(false);
    expect(by((run, held) => request(run, held).answered({ status: 200, issued: "nothing" }))).toBe(
      false,
    );
    expect(by((run, held) => request(run, held).answered(answer))).toBe(true);
    expect(
      knowingly((run, held) => {
        request(run, held).answered(answer);
        const first = request(run, held);
        refuse(run, held);
        const second = request(run, held);
        refuse(run, held);
        second.answered(answer);
        first.answered(answer);
      }),
    ).toBe(false);
  });

  it("is so knowingly where no request shows it", () => {
    expect(
      knowingly((run, held) => {
        refuse(run, held);
        refuse(run, held);
      }),
    ).toBe(true);
  });
});

it("a token is sent to an API in its header, whole, and to the sign-in service not", () => {
  const sent = (endpoint: "resource" | "userinfo" | "token", name: string, value: string) => {
    const run = buildRun();
    run.exchange({
      ...own,
      endpoint,
      headers: [
        ["x-first", "Bearer at-00"],
        [name, value],
      ],
    });
    const [exchange] = exchangesOf(run.history());
    return exchange && tokenSentBy(exchange);
  };
  expect(sent("resource", "Authorization", "bearer at-0a1")).toBe("at-0a1");
  expect(sent("userinfo", "authorization", "Bearer at-0a1")).toBe("at-0a1");
  expect(sent("token", "authorization", "Bearer at-0a1")).toBeUndefined();
  for (const value of ["at-0a1", "Bearer at-0a1,", "x Bearer at-0a1", "Bearer "])
    expect(sent("resource", "authorization", value)).toBeUndefined();
});
