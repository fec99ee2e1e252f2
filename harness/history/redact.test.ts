import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createRedactor, fingerprint } from "./redact.ts";

const GUIDS = ["a1b2c3d4-1111-4222-8333-444444444444", "b1b2c3d4-1111-4222-8333-444444444444"];

/** What the redactor writes for the correlation id that appears as number `count`. */
function alias(count: number): string {
  return `00000000-0000-4000-8000-00000000000${count}`;
}

describe("what is kept out of a journal", () => {
  it.each([
    "client_secret",
    "code",
    "code_verifier",
    "client_assertion",
    "password",
    "passwd",
    "device_code",
    "id_token",
    "SAMLRequest",
    "SAMLResponse",
    "Signature",
  ])("is the value of %s", (name) => {
    expect(createRedactor().field(name, "s3cret")).toBe("<redacted>");
    expect(
      createRedactor().url(`https://login.microsoftonline.com/t/authorize?${name}=s3cret`),
    ).not.toContain("s3cret");
    expect(createRedactor().body(JSON.stringify({ [name]: "s3cret" }), "json")).not.toContain(
      "s3cret",
    );
  });

  it("is the value of a token, which has the same fingerprint everywhere", () => {
    const redactor = createRedactor();
    const at = fingerprint("at", "t0ken");
    expect(at).toMatch(/^at-[0-9a-f]{12}$/);
    expect(redactor.field("access_token", "t0ken")).toBe(at);
    expect(redactor.header("Authorization", "Bearer t0ken")).toBe(`Bearer ${at}`);
    expect(redactor.body('{"access_token":"t0ken"}', "json")).toContain(at);
    expect(redactor.field("assertion", "t0ken")).toBe(at);
    expect(redactor.url("https://login.microsoftonline.com/t?assertion=t0ken")).not.toContain(
      "t0ken",
    );
    expect(redactor.field("refresh_token", "t0ken")).toBe(fingerprint("rt", "t0ken"));
  });

  it("is the value of every token, however many tokens came before it", () => {
    const secrets = Array.from({ length: 1_200 }, (_, index) => `t0ken-${index}`);
    const expected = secrets.map(
      (secret) => `at-${createHash("sha256").update(secret).digest("hex").slice(0, 12)}`,
    );
    expect(secrets.map((secret) => fingerprint("at", secret))).toEqual(expected);
    expect(secrets.toReversed().map((secret) => fingerprint("at", secret))).toEqual(
      expected.toReversed(),
    );
  });

  it("is every secret in a nested body, with aliases in the order of the text", () => {
    const [first, second] = [GUIDS[0], GUIDS[1]];
    const body = `{"2":"b","name":["a",{"client-request-id":"${first}","secret":"s"}],"__proto__":{"client_secret":"s"},"client-request-id":"${second}","toJSON":"t","n":1.0}`;
    expect(createRedactor().body(body, "json")).toBe(
      `{"2":"<redacted>","name":["a",{"client-request-id":"${alias(1)}","secret":"<redacted>"}],"__proto__":{"client_secret":"<redacted>"},"client-request-id":"${alias(2)}","toJSON":"<redacted>","n":1}`,
    );
  });

  it("are cookies and Basic secrets", () => {
    const redactor = createRedactor();
    expect(redactor.header("Cookie", "ESTSAUTH=abc")).toBe("<redacted>");
    expect(redactor.header("Set-Cookie", "ESTSAUTH=abc; path=/")).toBe("ESTSAUTH=<redacted>");
    expect(redactor.header("Authorization", "Basic YTpi")).toBe("Basic <redacted>");
  });

  it("are random ids of the client, which get aliases in order of appearance", () => {
    const redactor = createRedactor();
    const first = "a1b2c3d4-1111-4222-8333-444444444444";
    const second = "b1b2c3d4-1111-4222-8333-444444444444";
    expect(redactor.field("client-request-id", first)).toBe("00000000-0000-4000-8000-000000000001");
    expect(redactor.field("client-request-id", second)).toBe(
      "00000000-0000-4000-8000-000000000002",
    );
    expect(redactor.text(`Correlation ID: ${first.toUpperCase()}`)).toBe(
      "Correlation ID: 00000000-0000-4000-8000-000000000001",
    );
  });

  it("is nothing that is neither secret nor random", () => {
    const redactor = createRedactor();
    expect(redactor.field("grant_type", "refresh_token")).toBe("refresh_token");
    expect(redactor.header("Retry-After", "60")).toBe("60");
    expect(redactor.body("<title>Service Unavailable</title>", "html")).toContain(
      "Service Unavailable",
    );
  });

  it("are fragments of addresses, and the end of long bodies", () => {
    const redactor = createRedactor();
    expect(
      redactor.header("Location", "https://spa.contoso.example/#id_token=s3cret"),
    ).not.toContain("s3cret");
    expect(redactor.body("x".repeat(100_000), "text").length).toBeLessThan(5_000);
  });

  const reply =
    '{"token_type":"Bearer","access_token":"eyJh.eyJi.c2ln","refresh_token":"1.As3cret"}';

  it.each([
    ["a body that breaks off in mid-token", reply.slice(0, -8), "json"],
    ["a body that breaks off after a backslash", '{"client_secret":"s3cret\\', "json"],
    ["a good answer under a wrong name", reply, "text"],
    ["half an answer under a wrong name", reply.slice(0, -8), "text"],
    ["a form that comes back", "grant_type=password&password=s3cret&x=1", "text"],
    ["a token in a sentence", "Rejected eyJh.eyJi.c2ln today", "text"],
    ["a token alone", '"eyJh.eyJi.c2ln"', "json"],
  ] as const)("keeps no secret of %s", (_name, body, form) => {
    const redacted = createRedactor().body(body, form);
    expect(redacted).not.toMatch(/s3c|eyJ|c2ln/);
    expect(redacted).not.toBe("");
  });

  it.each([
    "<Assertion ID='x'><Subject>s3cret</Subject></Assertion>",
    "<saml:Assertion><saml:Subject>s3cret</saml:Subject></saml:Assertion >",
    "<saml:Assertion><saml:Subject>s3cret</saml:Sub",
  ])("is an assertion, whole or cut off: %s", (assertion) => {
    const redacted = createRedactor().body(`<Envelope>${assertion}`, "text");
    expect(redacted).toMatch(/^<Envelope><redacted>$/);
    const both = createRedactor().text(
      `${assertion.replace(/Sub$/, "Subject></saml:Assertion>")}<b/>`,
    );
    expect(both).toBe("<redacted><b/>");
  });

  it("is the relay state of a SAML answer, which counts as random", () => {
    expect(createRedactor().field("RelayState", "s1")).toBe("<volatile>");
  });

  it("is only the secret in a text that is cut off", () => {
    expect(createRedactor().body('{"error":"temporarily_unavail', "json")).toBe(
      '{"error":"temporarily_unavail',
    );
    expect(createRedactor().body("Too Many Requests", "text")).toBe("Too Many Requests");
  });

  it.each(["secret", "x-identity-header", "X-Ms-RefreshTokenCredential", "x-ms-DeviceCredential"])(
    "keeps no secret of the header %s",
    (name) => {
      expect(createRedactor().header(name, "s3cret")).toBe("<redacted>");
    },
  );
});
