import { describe, expect, it } from "vitest";
import { errorOfRedirect, factsOfBody } from "./wire-facts.ts";

const NOW = Date.UTC(2026, 2, 2, 8);
const hours = (count: number): number => count * 3_600_000;
const body = (fields: object): string => JSON.stringify({ access_token: "t", ...fields });
const tokenOf = (fields: object) => factsOfBody(body(fields), 200, NOW).issued?.token;

describe("the token of a managed identity endpoint", () => {
  it("ends when expires_on says, and is due at half of what is left", () => {
    const expires_on = String((NOW + hours(24)) / 1_000);
    const facts = { expiresAt: NOW + hours(24), refreshAt: NOW + hours(12) };
    expect(tokenOf({ expires_on })).toMatchObject(facts);
    expect(tokenOf({ expires_on, expires_in: "1" })).toMatchObject(facts);
  });

  it("is not due early when it has less than two hours left", () => {
    const token = tokenOf({ expires_on: String((NOW + hours(2)) / 1_000 - 1) });
    expect(token).not.toHaveProperty("refreshAt");
  });

  it("ends when expires_in says, where expires_on is a date that is no number", () => {
    const expires_on = "03/03/2026 08:00:00 +00:00";
    expect(tokenOf({ expires_on, expires_in: "60" })?.expiresAt).toBe(NOW + 60_000);
  });
});

describe("an error", () => {
  it("is a text, or the code of an object as Service Fabric has it", () => {
    expect(factsOfBody('{"error":"invalid_request"}', 400, NOW).error?.error).toBe(
      "invalid_request",
    );
    const nested = '{"error":{"correlationId":"x","code":"ManagedIdentityNotFound","message":"m"}}';
    expect(factsOfBody(nested, 404, NOW).error?.error).toBe("ManagedIdentityNotFound");
    expect(factsOfBody('{"error":{"message":"m"}}', 400, NOW)).toEqual({});
  });
});

describe("a redirect to the application", () => {
  const at = "http://localhost:3000/redirect";

  it("says in its fragment or query that the person is needed, or that the service is ill", () => {
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

  it("is no error when it brings a code, nor when it is no address", () => {
    for (const location of [`${at}#code=c&state=s`, `${at}?error=`, "", "/login"])
      expect(errorOfRedirect(location)).toBeUndefined();
  });
});
