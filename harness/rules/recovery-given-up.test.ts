import { describe, expect, it } from "vitest";
import type { JournalHeader } from "../history/header.ts";
import { recovery } from "./recovery.ts";
import type { Ask, Call, Reply } from "../../test/support/run-builder-wire.ts";
import { type BuiltOperation, buildRun, type RunBuilder } from "../../test/support/run-builder.ts";

describe("own code that ends ok without the token that it was refused", () => {
  const orders: Call = { flow: "custom", app: "load orders", scopes: ["api://orders/.default"] };
  const mail: Call = { ...orders, app: "load mail", scopes: ["api://mail/.default"] };

  /** A call that ends ok; with an answer, it has asked for a token. */
  function endsOk(run: RunBuilder, call: Call, reply?: Ask & Reply): void {
    const operation = run.operation(call);
    if (reply !== undefined) run.exchange({ by: operation, ...call, ...reply });
    operation.ok({ token: "none" });
  }

  /** `before` happens, then a call is refused its token in an outage of ten minutes, and `then` happens after its end. */
  function judged(
    then: (run: RunBuilder) => void,
    {
      before = () => undefined,
      refused = { status: 503 },
      header = {},
    }: {
      before?: (run: RunBuilder) => void;
      refused?: Ask & Reply;
      header?: Partial<JournalHeader>;
    } = {},
  ) {
    const run = buildRun(header);
    before(run);
    const ends = run.fault({ id: "down" });
    endsOk(run, orders, refused);
    run.at("00:10:00");
    ends();
    run.cleared();
    then(run);
    return recovery.judge(run.history());
  }
  const issues = (run: RunBuilder): Reply => ({
    issued: { token: run.token({ expiresIn: 86_400 }) },
  });

  it("has given up when it does not ask again", () => {
    const judgement = judged((run) => {
      run.at("00:12:00");
      endsOk(run, orders);
    });
    expect(judgement).toMatchObject({
      verdict: "fail",
      message:
        "A call of app-1 still did without the token that it had been refused, and did not ask for it, 2m after the last fault cleared.",
    });
  });

  it("has not yet within the first two minutes", () => {
    const judgement = judged((run) => {
      run.at("00:11:59");
      endsOk(run, orders);
    });
    expect(judgement.verdict).not.toBe("fail");
  });

  it("has not when it asked again, and was issued one", () => {
    const judgement = judged((run) => {
      endsOk(run, orders, issues(run));
      run.at("00:20:00");
      endsOk(run, orders);
    });
    expect(judgement.verdict).toBe("pass");
  });

  it("has not when it asked again in the background", () => {
    const judgement = judged((run) => {
      run.exchange({ ...orders, client: "app-1", ...issues(run) });
      run.at("00:20:00");
      endsOk(run, orders);
    });
    expect(judgement.verdict).toBe("pass");
  });

  it("has not while it holds one that it had wanted to renew", () => {
    const before = (run: RunBuilder): void => endsOk(run, orders, issues(run));
    const judgement = judged(
      (run) => {
        run.at("00:20:00");
        endsOk(run, orders);
      },
      { before },
    );
    expect(judgement.verdict).toBe("pass");
  });

  it("has, though it was issued another", () => {
    const judgement = judged((run) => {
      endsOk(run, mail, issues(run));
      run.at("00:20:00");
      endsOk(run, orders);
    });
    expect(judgement.verdict).toBe("fail");
  });

  it("has not where calls of its name needed none before", () => {
    const judgement = judged(
      (run) => {
        run.at("00:20:00");
        endsOk(run, orders);
      },
      { before: (run) => endsOk(run, orders) },
    );
    expect(judgement.verdict).not.toBe("fail");
  });

  it("has, also while tokens of an earlier test are valid: it asked because it had none", () => {
    const judgement = judged(
      (run) => {
        run.at("00:20:00");
        endsOk(run, orders);
      },
      { header: { earlierTokens: true } },
    );
    expect(judgement.verdict).toBe("fail");
  });

  const givesUp = (run: RunBuilder): void => {
    run.at("00:20:00");
    endsOk(run, orders);
  };

  it("has, though it had a token long ago", () => {
    const before = (run: RunBuilder): void => {
      endsOk(run, orders, { issued: { token: run.token({ expiresIn: 60 }) } });
      run.at("00:05:00");
    };
    expect(judged(givesUp, { before }).verdict).toBe("fail");
  });

  it("has, though another client was issued a token", () => {
    const judgement = judged((run) => {
      run.exchange({ ...orders, client: "app-2", ...issues(run) });
      givesUp(run);
    });
    expect(judgement.verdict).toBe("fail");
  });

  it("has, though a later call asks again", () => {
    const judgement = judged((run) => {
      givesUp(run);
      run.at("00:30:00");
      endsOk(run, orders, issues(run));
    });
    expect(judgement.verdict).toBe("fail");
  });

  it("has not where its later calls got tokens that no request shows", () => {
    const judgement = judged((run) => {
      run.at("00:20:00");
      run.operation(orders).ok({ token: run.token({ expiresIn: 3_600 }) });
    });
    expect(judgement.verdict).not.toBe("fail");
  });

  it("has not where it asks again, and is refused for good", () => {
    const judgement = judged((run) => {
      run.at("00:20:00");
      endsOk(run, orders, { status: 400, error: "invalid_client" });
    });
    expect(judgement.verdict).not.toBe("fail");
  });

  it("has not where it was refused for a reason of its own", () => {
    const refused = { status: 400, error: "invalid_client" };
    expect(judged(givesUp, { refused }).verdict).not.toBe("fail");
  });

  it("has where the service failed what its library reads before it asks", () => {
    const refused = { endpoint: "instance-discovery", status: 503 } as const;
    expect(judged(givesUp, { refused }).verdict).toBe("fail");
  });

  it("has where the service failed the OpenID configuration, and its name asks for tokens at times", () => {
    const refused = { endpoint: "openid-configuration", status: 503 } as const;
    const later = (run: RunBuilder, reply?: Ask & Reply): void => {
      run.at("00:12:00");
      endsOk(run, orders, reply);
    };
    const asked = (run: RunBuilder): void => {
      const operation = run.operation(orders);
      run.exchange({ by: operation, ...orders, issued: { token: run.token({ expiresIn: 60 }) } });
      operation.fails();
      run.at("00:02:00");
    };
    expect(judged(later, { before: asked, refused }).verdict).toBe("fail");
    const reads = (run: RunBuilder): void => later(run, { endpoint: "openid-configuration" });
    expect(judged(reads, { before: asked, refused }).verdict).not.toBe("fail");
  });

  it("has not where it got one token and was refused another, or had one to send", () => {
    const half = (first: (run: RunBuilder, by: BuiltOperation) => void) => {
      const before = (run: RunBuilder): void => {
        const operation = run.operation(orders);
        first(run, operation);
        run.exchange({ by: operation, ...orders, status: 503 });
        operation.ok({ token: "none" });
      };
      const run = buildRun();
      const ends = run.fault({ id: "down" });
      before(run);
      run.at("00:10:00");
      ends();
      run.cleared();
      givesUp(run);
      return recovery.judge(run.history()).verdict;
    };
    expect(half(() => undefined)).toBe("fail");
    expect(half((run, by) => run.exchange({ by, ...mail, ...issues(run) }))).not.toBe("fail");
    expect(half((run, by) => run.shows(by, run.token()))).not.toBe("fail");
  });

  it("has not where a later call shows a token to an API", () => {
    const shows = (run: RunBuilder): void => {
      run.at("00:12:00");
      const operation = run.operation(orders);
      run.shows(operation, run.token());
      operation.ok({ token: "none" });
    };
    expect(judged(shows).verdict).not.toBe("fail");
  });

  it("has not where the service failed what an API reads that checks tokens", () => {
    const refused = { endpoint: "keys", status: 503 } as const;
    expect(judged(givesUp, { refused }).verdict).not.toBe("fail");
  });

  it("has not with any token where it is not known which it had wanted", () => {
    const refused = { endpoint: "instance-discovery", status: 503 } as const;
    const judgement = judged(
      (run) => {
        endsOk(run, mail, issues(run));
        givesUp(run);
      },
      { refused },
    );
    expect(judgement.verdict).not.toBe("fail");
  });
});
