import { describe, expect, it } from "vitest";
import { describeAnyError } from "./application.ts";
import { programmingErrorBehind } from "./error-causes.ts";

const masked = () => new TypeError("Cannot read properties of undefined (reading 'access_token')");
const wrap = (cause: unknown, more: object = {}): Error =>
  Object.assign(new Error("no orders", { cause }), more);

/** What `fetch` throws for a connection that failed. */
const ofFetch = () =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(), { code: "ECONNREFUSED" }) });

const cyclic = wrap(undefined);
cyclic.cause = wrap(cyclic);

const hostile = new Proxy(new Error("x"), {
  get: () => {
    throw new Error("not now");
  },
  getPrototypeOf: () => {
    throw new Error("not now");
  },
});

describe("the programming error behind an error", () => {
  it.each([
    ["a cause", wrap(masked()), "TypeError"],
    ["a cause of a cause", wrap(wrap(new SyntaxError())), "SyntaxError"],
    ["one of several errors", new AggregateError([new Error(), masked()]), "TypeError"],
    ["a cause of one of several", wrap(new AggregateError([wrap(masked())])), "TypeError"],
    ["an error of a class of the app's", wrap(masked(), { name: "OrdersError" }), "TypeError"],
    [
      "what another error took the place of",
      new SuppressedError(new Error(), masked()),
      "TypeError",
    ],
  ])("is %s", (_what, error, name) => {
    expect(programmingErrorBehind(error)).toBe(name);
    expect(describeAnyError(error).causedBy).toBe(name);
  });

  it.each([
    ["the error itself", masked()],
    ["one below an error with a code", wrap(masked(), { code: "OAUTH_PARSE_ERROR" })],
    ["one below an error with a status", wrap(wrap(masked(), { status: 503 }))],
    ["how fetch reports a connection that failed", wrap(ofFetch())],
    ["another error", wrap(new Error())],
    ["errors that contain each other", cyclic],
    ["a text", wrap("TypeError")],
    ["fields that throw", hostile],
    ["nothing", undefined],
  ])("is not %s", (_what, error) => {
    expect(programmingErrorBehind(error)).toBeUndefined();
    expect(describeAnyError(error).causedBy).toBeUndefined();
  });
});
