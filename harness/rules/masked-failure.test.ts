import { describe, expect, it } from "vitest";
import { buildRun } from "../../test/support/run-builder.ts";
import type { Reply } from "../../test/support/run-builder-wire.ts";
import { maskedFailure } from "./masked-failure.ts";

/** A call that ends with an error of that name after an answer. */
function judge(name: string, reply: Reply, causedBy?: string) {
  const run = buildRun();
  const call = run.operation({ flow: "custom", client: "shop", app: "load" });
  run.exchange({ by: call, issued: "nothing", ...reply });
  call.fails({ name, code: name, ...(causedBy === undefined ? {} : { causedBy }) });
  return maskedFailure.judge(run.history());
}

describe("masked-failure", () => {
  it("passes a call that says what the service answered", () => {
    expect(judge("ServerError", { status: 503, bodyForm: "html" })).toMatchObject({
      verdict: "pass",
      message: "1 call that the service failed reported it as such.",
    });
  });

  it.each(["TypeError", "SyntaxError", "ReferenceError", "RangeError"])("fails a %s", (name) => {
    expect(judge(name, { status: 503, bodyForm: "html" })).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining(`threw a ${name} when the token endpoint failed (a 503)`),
    });
  });

  it("fails one that another error wraps", () => {
    expect(judge("OrdersError", { status: 503 }, "TypeError")).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("threw an error that wraps a TypeError when the token"),
    });
    expect(judge("OrdersError", { status: 503 }).verdict).toBe("pass");
  });

  it("is inconclusive about a call that is inferred from its requests, whose error was not seen", () => {
    const run = buildRun();
    const call = run.operation({ tab: "tab-1", told: "by-requests" });
    run.exchange({ by: call, status: 503 });
    call.fails({ name: "Error", code: "server_error" });
    expect(maskedFailure.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("fails it for a 200 without a token, too", () => {
    expect(judge("TypeError", { status: 200 }).verdict).toBe("fail");
  });

  it("is inconclusive when no service failed a call", () => {
    expect(maskedFailure.judge(buildRun().history()).verdict).toBe("inconclusive");
    expect(judge("TypeError", { status: 400, error: "invalid_client" }).verdict).toBe(
      "inconclusive",
    );
  });
});

describe("what masked-failure excuses", () => {
  it("is a connection that failed, which fetch itself reports as a TypeError, but not an answer", () => {
    expect(judge("TypeError", { networkFault: "ECONNRESET" }).verdict).toBe("inconclusive");
    expect(judge("TypeError", { status: 503, cut: "fin" }).verdict).toBe("inconclusive");
    expect(judge("TypeError", { status: 429 }).verdict).toBe("fail");
  });
});
