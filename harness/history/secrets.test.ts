/** Secrets of every kind, planted in every place where a run may meet them: none comes out. */
import { describe, expect, it } from "vitest";
import { createRedactor } from "./redact.ts";
import { createKnownSecrets, maskSecretLooks } from "./secret-text.ts";

const SECRET = "Zq8~tR3vWx.9LmN2pQ7s";
const KEY =
  "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----";
const JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl";

/** Names under which grants, own code and other services have their secrets. */
const names = [
  "subject_token",
  "actor_token",
  "pwd",
  "pass",
  "passphrase",
  "otp",
  "totp",
  "pin",
  "mfa_code",

  "private_key",
  "privateKey",
  "client_key",
  "api_key",
  "apiKey",
  "x-api-key",
  "key",
  "account_key",

  "AccountKey",
  "sig",
  "sas",
  "se_token",
  "signature",
  "session",
  "sessionid",
  "sid",
  "jsessionid",
  "connectionString",
  "connection_string",
  "SharedAccessKey",
  "ocp-apim-subscription-key",

  "x-functions-key",
  "csrf",
  "xsrf-token",
  "auth",
  "authToken",
  "bearer",
  "jwt",
  "saml",
  "pkcs12",

  "cert",
  "pfx",
  "hmac",
  "nonce",
  "verifier",
  "invite",
  "magic",
  "t",
  "ticket",
  "hash",
  "answer",
];

/** The secret is gone, and something is left. */
const withoutSecret = (text: string): boolean =>
  text !== "" && !text.includes(SECRET) && !text.includes(encodeURIComponent(SECRET));

// S10
describe("a secret is left out", () => {
  it.each(names)(
    "as the value of %s, in a form, a query, JSON, a header and the answer's address",
    (name) => {
      expect(createRedactor().field(name, SECRET)).toSatisfy(withoutSecret);
      expect(createRedactor().url(`https://app.example/callback?${name}=${SECRET}`)).toSatisfy(
        withoutSecret,
      );
      expect(
        createRedactor().body(JSON.stringify({ deep: [{ [name]: SECRET }] }), "json"),
      ).toSatisfy(withoutSecret);
      expect(createRedactor().body(JSON.stringify({ [name]: [SECRET] }), "json")).toSatisfy(
        withoutSecret,
      );
      expect(createRedactor().body(`{"${name}":"${SECRET}`, "json")).toSatisfy(withoutSecret);
      expect(createRedactor().body(`a=b&${name}=${SECRET}`, "text")).toSatisfy(withoutSecret);
      expect(createRedactor().header(name, SECRET)).toSatisfy(withoutSecret);
      expect(
        createRedactor().header("location", `https://app.example/?${name}=${SECRET}`),
      ).toSatisfy(withoutSecret);
      const nested = encodeURIComponent(`https://app.example/cb?${name}=${SECRET}`);
      expect(
        createRedactor().url(`https://login.example/authorize?redirect_uri=${nested}`),
      ).toSatisfy(withoutSecret);
      expect(
        createRedactor().field("redirect_uri", `https://app.example/cb?${name}=${SECRET}`),
      ).toSatisfy(withoutSecret);
      const twice = encodeURIComponent(`https://a.example/?redirect_uri=${nested}`);
      expect(
        createRedactor().url(`https://login.example/authorize?redirect_uri=${twice}`),
      ).toSatisfy(withoutSecret);
    },
  );

  it.each([
    ["Authorization", SECRET],
    ["Authorization", `Bearer ${SECRET}`],
    ["Authorization", `Basic ${SECRET}`],
    ["Authorization", `SharedKey account:${SECRET}`],
    ["Authorization", `${SECRET} something`],
    ["Authorization", `Bearer  ${SECRET}`],
    ["Authorization", `Bearer one ${SECRET}`],
    ["Proxy-Authorization", `Basic ${SECRET}`],
    ["x-ms-authorization-auxiliary", `Bearer ${SECRET}, Bearer ${SECRET}`],
    ["x-ms-token-aad-access-token", SECRET],
    ["Cookie", `a=${SECRET}`],
    ["Set-Cookie", `a=${SECRET}; Path=/`],
    ["x-client-secret", SECRET],
    ["secret", SECRET],
  ])("in the header %s: %s", (name, value) =>
    expect(createRedactor().header(name, value)).toSatisfy(withoutSecret),
  );

  it.each([
    [`https://user:${SECRET}@app.example/`],
    [`https://app.example/#access_token=${SECRET}`],
    [`https://app.example/?${SECRET}`],
    [`not an address: https://user:${SECRET}@`],
  ])("in the address %s", (url) =>
    expect(`${createRedactor().url(url)}.`).toSatisfy(withoutSecret),
  );

  it.each(
    [
      `Bearer ${SECRET} was refused`,
      `password: ${SECRET}`,
      `client_secret=${SECRET}&x=1`,
      `{"apiKey":"${SECRET}"}`,
      `{ apiKey: '${SECRET}' }`,
      `GET https://user:${SECRET}@db.example/`,
      `GET https://blob.example/a?se=2026&sig=${SECRET}`,
      `redirect to https%3A%2F%2Fapp%2F%3Ftoken%3D${SECRET}%26a%3Db`,
      `Server=db;User=me;Password=${SECRET};`,
      `AccountKey=${SECRET}==`,
      `Authorization: Bearer ${SECRET}`,
    ].map((text) => [text]),
  )("in a note, a message or an operation's name: %s", (text) => {
    expect(createRedactor().words(text)).toSatisfy(withoutSecret);
    expect(createRedactor().text(text)).toSatisfy(withoutSecret);
  });

  it("in a private key and in a signed token, anywhere", () => {
    expect(maskSecretLooks(`it was ${KEY}.`)).toBe("it was <redacted>.");
    expect(maskSecretLooks(`it was ${KEY.slice(0, 50)}`)).toBe("it was <redacted>");
    for (const [before, after] of [
      ["", ""],
      ["a-", ""],
      ["token=", "."],
      ["/", "/x"],
      ["(", ")"],
    ])
      expect(maskSecretLooks(`${before}${JWT}${after}`)).not.toContain("eyJzdWIi");
    expect(maskSecretLooks(JWT.slice(0, 22) + "a".repeat(60))).not.toContain("aaa");
  });
});

describe("a secret that is known", () => {
  it.each([
    SECRET,
    "correct horse battery staple",
    "p@ss/w0rd+with=signs&more",
    "fixture-secret-of-portal",
    "aGVsbG8gd29ybGQ=",
  ])("is masked in every place where it comes back: %s", (secret) => {
    const redactor = createRedactor();
    redactor.learn(secret);
    for (const text of [
      secret,
      `it was ${secret}.`,
      `(${secret})`,
      `"${secret}"`,
      `/a/${secret}/b`,
    ]) {
      expect(redactor.words(text)).not.toContain(secret);
      expect(redactor.field("scope", text)).not.toContain(secret);
      expect(redactor.url(`https://a.example/x/${encodeURIComponent(secret)}/y`)).not.toContain(
        encodeURIComponent(secret),
      );
      expect(redactor.body(JSON.stringify({ error_description: text }), "json")).not.toContain(
        secret,
      );
    }
  });

  it("is one that a field had before", () => {
    const redactor = createRedactor();
    redactor.field("client_secret", SECRET);
    redactor.body(JSON.stringify({ refresh_token: "0.AXsecondSecret-x" }), "json");
    redactor.header("Authorization", "Bearer opaque~third~secret");
    const said = redactor.words(`${SECRET}, 0.AXsecondSecret-x and opaque~third~secret`);
    expect(said).toBe("<redacted>, <redacted> and <redacted>");
  });

  it("is not a word that is too short to be one, and leaves other words alone", () => {
    const known = createKnownSecrets();
    known.learn("short");
    known.learn("fixture-secret");
    expect(known.mask("a short fixture-secret-of-portal")).toBe("a short fixture-secret-of-portal");
  });
});

describe("what is no secret stays", () => {
  it.each([
    "orders-api-1 sent another request to the token endpoint 0s after a 429",
    "AADSTS90033: A transient error has occurred. Trace ID: 1",
    "the token was used: no loss",
    "time-out=5 retries: 3",
    "Bearer tokens are used",
  ])("in a sentence: %s", (text) => expect(createRedactor().words(text)).toBe(text));

  it.each([
    ["error_description", "AADSTS7000215: Invalid client secret provided."],
    ["redirect_uri", "http://localhost"],
    ["scope", "https://graph.microsoft.com/.default"],
    ["token_type", "Bearer"],
    ["issuer", "https://login.microsoftonline.com/x/v2.0"],
  ])("in the field %s: %s", (name, value) =>
    expect(createRedactor().field(name, value)).toBe(value),
  );
});

// S18: each took from seconds to minutes when its pattern began anew at each character.
describe("a long text is read once", () => {
  const LENGTH = 400_000;
  it.each([
    ["base64url", "Zm9vYmFy-_"],
    ["a and a hyphen", "a-"],
    ["the beginning of tokens", "eyJ-"],
    ["the beginning of tokens with dots", "eyJa."],
    ["quotes", '"'],
    ["open strings", '"a":"'],
    ["backslashes", "\\"],
    ["equals signs", "a=="],
    ["percent signs", "%3D"],
    ["names", "token"],
    ["open assertions", "<Assertion "],
    ["open keys", "-----BEGIN PRIVATE KEY-----"],
    ["addresses", "https://a"],
    ["spaces", " "],
    ["titles", "<title>"],
    ["digits of a GUID", "0123456-"],
    ["bearers", "Bearer "],
    ["key files", "a.key"],
  ])("of %s", (_, part) => {
    const text = part.repeat(Math.ceil(LENGTH / part.length));
    const redactor = createRedactor();
    redactor.learn(SECRET);
    redactor.field("client-request-id", "a1b2c3d4-1111-4222-8333-444444444444");
    // Backtracking would outlast the time of any test.
    const read = [
      redactor.body(text, "text"),
      redactor.body(text, "json"),
      redactor.body(text, "html"),
      redactor.body(`{"error":"${text}`, "json"),
      redactor.words(text),
      redactor.header("www-authenticate", text),
      redactor.url(`https://a.example/${text}?x=${text}`),
    ];
    for (const one of read) expect(one.length).toBeGreaterThan(0);
  });
});
