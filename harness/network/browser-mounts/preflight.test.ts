import { describe, expect, it } from "vitest";
import { createResponse, type HeaderPair } from "../../core/http/message.ts";
import {
  createPreflightCache,
  isAllowed,
  type Preflight,
  preflightFor,
  requestOf,
} from "./preflight.ts";

const URL_ = "https://graph.microsoft.com/v1.0/me";
const APP = "https://spa.contoso.example";
const asked = (
  method: string,
  headers: Readonly<Record<string, string>>,
  origin: string | undefined = APP,
): Preflight | undefined =>
  preflightFor(
    new Request(URL_, { method, headers: { ...headers, ...(origin === "" ? {} : { origin }) } }),
  );

describe("a browser asks first", () => {
  it.each([
    ["for a header that no form has", "GET", { authorization: "Bearer a" }, ["authorization"]],
    ["for JSON", "POST", { "content-type": "application/json" }, ["content-type"]],
    ["for a method that no form has", "PUT", {}, []],
    ["for a long value", "GET", { "accept-language": "a".repeat(129) }, ["accept-language"]],
    ["for the end of a file", "GET", { range: "bytes=-5" }, ["range"]],
    ["naming them in order", "GET", { "x-b": "1", "x-a": "1" }, ["x-a", "x-b"]],
  ] as const)("%s", (_, method, headers, names) => {
    expect(asked(method, headers)).toEqual({ origin: APP, url: URL_, method, headers: names });
  });

  it.each([
    ["for a form", "POST", { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" }],
    ["for a text", "POST", { "content-type": "text/plain" }],
    ["for a part of a file", "GET", { range: "bytes=0-5" }],
    ["for what it adds itself", "GET", { "sec-ch-ua": "x", "user-agent": "y", pragma: "no-cache" }],
  ] as const)("not %s", (_, method, headers) => {
    expect(asked(method, headers)).toBeUndefined();
  });

  it("not within one origin, and not without one", () => {
    expect(asked("PUT", {}, "https://graph.microsoft.com")).toBeUndefined();
    expect(asked("PUT", {}, "")).toBeUndefined();
  });

  it("with the names of what it wants to send", () => {
    const question = requestOf({ origin: APP, url: URL_, method: "PUT", headers: ["x-a", "x-b"] });
    expect([question.method, question.url]).toEqual(["OPTIONS", URL_]);
    expect(Object.fromEntries(question.headers)).toMatchObject({
      origin: APP,
      "access-control-request-method": "PUT",
      "access-control-request-headers": "x-a,x-b",
    });
  });
});

describe("an answer", () => {
  const origin: HeaderPair = ["Access-Control-Allow-Origin", "*"];
  const methods: HeaderPair = ["Access-Control-Allow-Methods", "GET, PUT"];
  const names: HeaderPair = ["Access-Control-Allow-Headers", "X-A, Authorization"];
  const preflight: Preflight = {
    origin: APP,
    url: URL_,
    method: "PUT",
    headers: ["authorization", "x-a"],
  };
  const answer = (headers: readonly HeaderPair[], status = 200): Response =>
    createResponse("", { status, headers });

  it("allows what it names", () => {
    expect(isAllowed(preflight, answer([origin, methods, names]))).toBe(true);
    const own: HeaderPair = ["Access-Control-Allow-Origin", APP];
    expect(isAllowed(preflight, answer([own, methods, names], 204))).toBe(true);
    const any: HeaderPair = ["Access-Control-Allow-Headers", "*"];
    expect(isAllowed({ ...preflight, headers: ["x-a"] }, answer([origin, methods, any]))).toBe(
      true,
    );
    expect(isAllowed({ ...preflight, method: "POST", headers: [] }, answer([origin]))).toBe(true);
  });

  it.each([
    ["another origin", [["Access-Control-Allow-Origin", "https://a.example"], methods, names]],
    ["no origin", [methods, names]],
    ["not the method", [origin, names]],
    ["not the header", [origin, methods, ["Access-Control-Allow-Headers", "authorization"]]],
    ["any header, but no token", [origin, methods, ["Access-Control-Allow-Headers", "*"]]],
  ] as const)("refuses what it does not name: %s", (_, headers) => {
    expect(isAllowed(preflight, answer(headers))).toBe(false);
  });

  it("refuses when it is an error", () => {
    expect(isAllowed(preflight, answer([origin, methods, names], 503))).toBe(false);
  });

  it.each([
    ["as long as it says", "60", 60],
    ["two hours at most", "86400", 7_200],
    ["five seconds when it does not say", undefined, 5],
    ["not at all when it says so", "0", 0],
  ] as const)("is remembered %s", (_, maxAge, seconds) => {
    let nowMs = 1_000;
    const cache = createPreflightCache(() => nowMs);
    expect(cache.knows(preflight)).toBe(false);
    cache.learn(
      preflight,
      answer(maxAge === undefined ? [] : [["Access-Control-Max-Age", maxAge]]),
    );
    expect(cache.knows(preflight)).toBe(seconds > 0);
    expect(cache.knows({ ...preflight, method: "DELETE" })).toBe(false);
    nowMs += Math.max(0, seconds * 1_000 - 1);
    expect(cache.knows(preflight)).toBe(seconds > 0);
    nowMs = 1_000 + seconds * 1_000;
    expect(cache.knows(preflight)).toBe(false);
  });
});
