import { describe, expect, it } from "vitest";
import { errorOfRedirect, factsOfBody } from "./wire-facts.ts";

const NOW = Date.UTC(2026, 2, 2, 8);
const hours = (count: number): number => count * 3_600_000;
const body = (fields: object): string => JSON.stringify({ access_token: "t", ...fields });
const machine = { atMs: NOW, from: "machine" } as const;
const tokenOf = (fields: object, when: Parameters<typeof factsOfBody>[2] = machine) =>
  factsOfBody(body(fields), 200, when).issued?.token;

describe("the token of a managed identity endpoint", () => {
  it("expires at expires_on, and is due after half of the remaining time", () => {
    const expires_on = String((NOW + hours(24)) / 1_000);
    const facts = { expiresAt: NOW + hours(24), refreshAt: NOW + hours(12) };
    expect(tokenOf({ expires_on })).toMatchObject(facts);
    expect(tokenOf({ expires_on, expires_in: "1" })).toMatchObject(facts);
  });

  it("has no extended lifetime: what the endpoint repeats is that of an earlier hour", () => {
    const fields = { expires_on: String((NOW + hours(1)) / 1_000), ext_expires_in: "86399" };
    expect(tokenOf(fields)).not.toHaveProperty("extendedExpiresAt");
    const service = { atMs: NOW, from: "service" } as const;
    expect(tokenOf(fields, service)).toMatchObject({ extendedExpiresAt: NOW + 86_399_000 });
    expect(tokenOf(fields, service)).not.toHaveProperty("refreshAt");
  });

  it("is not due early when less than two hours remain", () => {
    const token = tokenOf({ expires_on: String((NOW + hours(2)) / 1_000 - 1) });
    expect(token).not.toHaveProperty("refreshAt");
  });

  it("expires after expires_in when expires_on is a date that is not a number", () => {
    const expires_on = "03/03/2026 08:00:00 +00:00";
    expect(tokenOf({ expires_on, expires_in: "60" })?.expiresAt).toBe(NOW + 60_000);
  });
});

describe("an error", () => {
  it("is a string, or the code of an object as Service Fabric sends it", () => {
    expect(factsOfBody('{"error":"invalid_request"}', 400, machine).error?.error).toBe(
      "invalid_request",
    );
    const nested = '{"error":{"correlationId":"x","code":"ManagedIdentityNotFound","message":"m"}}';
    expect(factsOfBody(nested, 404, machine).error?.error).toBe("ManagedIdentityNotFound");
    expect(factsOfBody('{"error":{"message":"m"}}', 400, machine)).toEqual({});
  });
});

describe("a redirect to the application", () => {
  const at = "http://localhost:3000/redirect";

  it("has the error in its fragment or query: interaction is needed, or the service is unhealthy", () => {
    const said = "error_description=AADSTS50058%3a+no+session&state=s";
    expect(errorOfRedirect(`${at}#error=login_required&${said}`)).toEqual({
      error: "login_required",
      codes: [50058],
    });
    expect(errorOfRedirect(`${at}?error=server_error&suberror=x`)).toEqual({
      error: "server_error",
      codes: [],
      suberror: "x",
    });
  });

  it("has no error when it has a code, or when it is not an address", () => {
    for (const location of [`${at}#code=c&state=s`, `${at}?error=`, "", "/login"])
      expect(errorOfRedirect(location)).toBeUndefined();
  });
});
