import { describe, expect, it } from "vitest";
import { corsHeaders, preflightHeaders, type RetryAfterExposed } from "./cors.ts";
import { endpoints, type Endpoint } from "./endpoint.ts";

const asking = (headers: Readonly<Record<string, string>> = {}) => ({
  headers: new Headers(headers),
});
const page = asking({ origin: "https://spa.contoso.example" });
const program = asking();

const readable = (from: typeof page, endpoint: Endpoint, exposed: RetryAfterExposed = "no") =>
  Object.fromEntries(corsHeaders(from, endpoint, exposed));

describe("an answer", () => {
  it("of discovery can be read from every origin", () => {
    const shared = {
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Allow-Methods": "GET, OPTIONS",
    };
    for (const endpoint of ["instance-discovery", "openid-configuration", "keys"] as const) {
      expect(readable(page, endpoint)).toEqual(shared);
      expect(readable(program, endpoint)).toEqual(shared);
    }
  });

  it("of the token endpoint can be read by pages, with the recorded headers", () => {
    expect(readable(program, "token")).toEqual({});
    expect(readable(page, "token")).toEqual({
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Allow-Methods": "POST, OPTIONS",
      "Access-Control-Expose-Headers": "Content-Length,Content-Encoding,x-ms-request-id,x-ms-srs",
    });
  });

  it("exposes Retry-After where the world says so, and always for APIs", () => {
    const exposedBy = (endpoint: Endpoint, exposed: RetryAfterExposed): boolean =>
      (readable(page, endpoint, exposed)["Access-Control-Expose-Headers"] ?? "")
        .split(/,\s*/)
        .includes("Retry-After");
    expect(endpoints.filter((endpoint) => exposedBy(endpoint, "no"))).toEqual([
      "userinfo",
      "resource",
    ]);
    expect(endpoints.filter((endpoint) => exposedBy(endpoint, "yes"))).toEqual([
      "instance-discovery",
      "openid-configuration",
      "keys",
      "token",
      "device-code",
      "userinfo",
      "saml-metadata",
      "resource",
    ]);
  });

  it("of an API exposes the challenge to pages", () => {
    expect(readable(program, "resource")).toEqual({});
    expect(readable(page, "userinfo")["Access-Control-Allow-Origin"]).toBe("*");
    expect(readable(page, "userinfo")["Access-Control-Expose-Headers"]).toContain(
      "WWW-Authenticate",
    );
  });

  it.each(["authorize", "logout", "saml", "other", "managed-identity"] as const)(
    "of %s cannot be read by pages",
    (endpoint) => {
      expect(readable(page, endpoint, "yes")).toEqual({});
    },
  );
});

describe("the answer to a preflight", () => {
  const asked = asking({
    origin: "https://spa.contoso.example",
    "access-control-request-method": "PATCH",
    "access-control-request-headers": "authorization,x-tag",
  });

  it.each([
    ["keys", "GET, OPTIONS"],
    ["token", "POST, OPTIONS"],
    ["resource", "PATCH, OPTIONS"],
  ] as const)("of %s allows the request, by %s", (endpoint, methods) => {
    expect(Object.fromEntries(preflightHeaders(asked, endpoint))).toMatchObject({
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Allow-Methods": methods,
      "Access-Control-Allow-Headers": "authorization,x-tag",
    });
  });

  it("names no headers when the request has none", () => {
    const names = preflightHeaders(page, "resource").map(([name]) => name);
    expect(names).not.toContain("Access-Control-Allow-Headers");
    expect(new Map(preflightHeaders(page, "resource")).get("Access-Control-Allow-Methods")).toBe(
      "GET, OPTIONS",
    );
  });

  it.each(["authorize", "logout", "other"] as const)("of %s allows nothing", (endpoint) => {
    expect(preflightHeaders(asked, endpoint)).toEqual([["Content-Length", "0"]]);
  });
});
