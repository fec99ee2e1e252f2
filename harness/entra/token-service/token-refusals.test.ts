/**
 * Every refusal of the token endpoint once, whole: its AADSTS code with the status, the OAuth
 * error and the suberror that clients branch on. Rows: `docs/sources.md#a10`.
 */
import { createSign } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { START_MS, startEsts, type Answer, type EstsBench } from "../../../test/support/ests.ts";
import {
  daemonForm,
  graph,
  redeem,
  refresh,
  secretOf,
  TOKEN,
  userScopes,
} from "../../../test/support/ests-grants.ts";

const DAY_MS = 86_400_000;
const SPA = "https://spa.contoso.example";

/** What a client can read of a refusal: status, error, code, and the suberror where there is one. */
const refusalOf = ({ status, json }: Answer): unknown[] => [
  status,
  json["error"],
  json["error_codes"],
  ...(json["suberror"] === undefined ? [] : [json["suberror"]]),
];

type Ask = (bench: EstsBench) => Promise<Answer>;
type Row = readonly [refusal: readonly unknown[], what: string, ask: Ask];

describe("the token endpoint refuses", () => {
  const password =
    (form: Record<string, string>, path = TOKEN): Ask =>
    (bench) =>
      bench.post(path, {
        grant_type: "password",
        client_id: bench.app("desk-app").clientId,
        scope: userScopes,
        username: "adele@contoso.example",
        password: "fixture-password-of-adele",
        ...form,
      });

  const users: Row[] = [
    [
      [400, "invalid_grant", [50034]],
      "an unknown user",
      password({ username: "no@contoso.example" }),
    ],
    [[400, "invalid_grant", [50126]], "a wrong password", password({ password: "x" })],
    [
      [400, "invalid_grant", [50057]],
      "a disabled user",
      password({
        username: "joni@contoso.example",
        password: "fixture-password-of-joni",
      }),
    ],
    [
      [400, "invalid_request", [50194]],
      "an app of one tenant on the endpoint for all",
      password({}, "/common/oauth2/v2.0/token"),
    ],
    [
      [400, "invalid_request", [90002]],
      "a tenant that is not there",
      (bench) => bench.post("/unknown.example/oauth2/v2.0/token", daemonForm(bench)),
    ],
    [
      [400, "invalid_grant", [9002313]],
      "a token that is bound to a key",
      password({ token_type: "pop", req_cnf: "eyJraWQiOiJ4In0" }),
    ],
    [
      [400, "invalid_grant", [9002313]],
      "a key without the type of the token",
      password({ req_cnf: "eyJraWQiOiJ4In0" }),
    ],
    [
      [400, "invalid_grant", [9002313]],
      "a certificate for SSH",
      (bench) => bench.post(TOKEN, { ...daemonForm(bench), token_type: "ssh-cert" }),
    ],
    [[400, "invalid_request", [900561]], "another method", (bench) => bench.get(TOKEN)],
    [
      [400, "invalid_scope", [70011]],
      "two resources at once",
      password({ scope: "https://graph.microsoft.com/User.Read api://orders/Orders.Read" }),
    ],
    [[400, "invalid_client", [650053]], "no such permission", password({ scope: "Mail.Send" })],
    [
      [400, "invalid_scope", [70011]],
      "two resources for an app",
      (bench) =>
        bench.post(TOKEN, {
          ...daemonForm(bench),
          scope: "https://graph.microsoft.com/.default api://orders/.default",
        }),
    ],
    [
      [400, "invalid_request", [901002]],
      "a resource, which only the older protocol has",
      (bench) =>
        bench.post(TOKEN, { ...daemonForm(bench), resource: "https://graph.microsoft.com" }),
    ],
  ];

  const redeemed: Row[] = [
    [
      [400, "invalid_grant", [54005]],
      "a code for the second time",
      async (bench) => {
        const code = await bench.codeFor("portal", "adele", userScopes);
        await redeem(bench, { code });
        return redeem(bench, { code });
      },
    ],
    [
      [400, "invalid_grant", [70008]],
      "a code after its ten minutes",
      async (bench) => {
        const code = await bench.codeFor("portal", "adele", userScopes);
        bench.pass(600_000);
        return redeem(bench, { code });
      },
    ],
    [[400, "invalid_grant", [9002313]], "a code it never gave", (it) => redeem(it, { code: "x" })],
    [
      [400, "invalid_request", [50011]],
      "a code at another address",
      (bench) => redeem(bench, { redirect_uri: "http://localhost:3000/other" }),
    ],
    [[400, "invalid_grant", [501481]], "no verifier", (it) => redeemWithChallenge(it)],
    [[400, "invalid_grant", [501481]], "another verifier", (it) => redeemWithChallenge(it, "no")],
    [
      [400, "invalid_request", [9002326]],
      "a page with a web app's code",
      async (bench) =>
        bench.post(
          TOKEN,
          {
            grant_type: "authorization_code",
            ...secretOf(bench, "portal"),
            redirect_uri: "http://localhost:3000/redirect",
            code: await bench.codeFor("portal", "adele", userScopes),
          },
          { origin: SPA },
        ),
    ],
    [[400, "invalid_request", [9002327]], "a page's token from elsewhere", (it) => renewSpa(it)],
    [
      [400, "invalid_grant", [700084], "bad_token"],
      "a page's token after a day",
      (bench) => renewSpa(bench, { afterMs: DAY_MS, headers: { origin: SPA } }),
    ],
    [
      [400, "invalid_grant", [700082], "bad_token"],
      "a refresh token after 90 idle days",
      async (bench) => {
        const { json } = await redeem(bench);
        bench.pass(90 * DAY_MS);
        return refresh(bench, json["refresh_token"]);
      },
    ],
    [
      [400, "invalid_grant", [50173], "bad_token"],
      "a refresh token of a revoked session",
      async (bench) => {
        const { json } = await redeem(bench);
        bench.pass(1_000);
        bench.directory.revokeSessions([bench.user("adele")]);
        return refresh(bench, json["refresh_token"]);
      },
    ],
  ];

  const proofs: Row[] = [
    [
      [401, "invalid_client", [7000216]],
      "a daemon without a proof",
      (bench) => {
        const { client_secret: _secret, ...bare } = daemonForm(bench);
        return bench.post(TOKEN, bare);
      },
    ],
    [
      [401, "invalid_client", [7000218]],
      "a web app without a proof",
      (bench) => password({ client_id: bench.app("portal").clientId })(bench),
    ],
    [[401, "invalid_client", [700024]], "an assertion of yesterday", (it) => assert(it, -DAY_MS)],
    [
      [401, "invalid_client", [700024]],
      "an assertion of tomorrow",
      (bench) => assert(bench, 2 * DAY_MS, DAY_MS),
    ],
    [[400, "invalid_request", [50027]], "an assertion that is none", (it) => assert(it, "x.y.z")],
  ];

  const assertions: Row[] = [
    [
      [400, "invalid_grant", [50013]],
      "a user's assertion under an unknown key",
      (bench) => onBehalfOf(bench, `${encoded({ kid: "unknown" })}.${encoded({})}.x`),
    ],
    [
      [400, "invalid_grant", [500133]],
      "a user's assertion after its end",
      async (bench) => {
        const { json } = await redeem(bench, {}, "api://orders/access_as_user");
        bench.pass(DAY_MS);
        return onBehalfOf(bench, String(json["access_token"]));
      },
    ],
  ];

  it.each([...users, ...redeemed, ...proofs, ...assertions])(
    "with %j %s",
    async (refusal, _what, ask) => {
      expect(refusalOf(await ask(startEsts()))).toEqual(refusal);
    },
  );

  it("knows a device code until it expires, and no other", async () => {
    const bench = startEsts();
    const { clientId } = bench.app("desk-app");
    const { json } = await bench.post("oauth2/v2.0/devicecode", {
      client_id: clientId,
      scope: userScopes,
    });
    const poll = async (deviceCode: unknown): Promise<unknown> =>
      refusalOf(
        await bench.post(TOKEN, {
          grant_type: "device_code",
          client_id: clientId,
          device_code: String(deviceCode),
        }),
      );
    expect(await poll(json["device_code"])).toEqual([400, "authorization_pending", [70016]]);
    expect(await poll("another")).toEqual([400, "bad_verification_code", [70018]]);
    bench.pass(900_000);
    expect(await poll(json["device_code"])).toEqual([400, "expired_token", [70020]]);
  });
});

/** Redeems a code that was bound to a challenge, with any verifier. */
async function redeemWithChallenge(bench: EstsBench, verifier?: string): Promise<Answer> {
  const challenge = { code_challenge: "right", code_challenge_method: "plain" };
  const code = await bench.codeFor("portal", "adele", userScopes, challenge);
  return redeem(bench, { code, ...(verifier === undefined ? {} : { code_verifier: verifier }) });
}

/** A single-page app signs in, waits, and renews. */
async function renewSpa(
  bench: EstsBench,
  options: { readonly afterMs?: number; readonly headers?: Record<string, string> } = {},
): Promise<Answer> {
  const client = { client_id: bench.app("spa").clientId, scope: userScopes };
  const challenge = { code_challenge: "right", code_challenge_method: "plain" };
  const code = await bench.codeFor("spa", "adele", userScopes, challenge);
  const redemption = { redirect_uri: `${SPA}/`, code, code_verifier: "right" };
  const first = await bench.post(
    TOKEN,
    { ...client, grant_type: "authorization_code", ...redemption },
    { origin: SPA },
  );
  bench.pass(options.afterMs ?? 1_000);
  const token = String(first.json["refresh_token"]);
  const form = { ...client, grant_type: "refresh_token", refresh_token: token };
  return bench.post(TOKEN, form, options.headers);
}

function onBehalfOf(bench: EstsBench, assertion: string): Promise<Answer> {
  return bench.post(TOKEN, {
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    requested_token_use: "on_behalf_of",
    ...secretOf(bench, "orders-api"),
    scope: "https://graph.microsoft.com/User.Read",
    assertion,
  });
}

/** The certificate daemon asks with an assertion that ends `endsInMs` from now, or with that text. */
function assert(bench: EstsBench, endsInMs: number | string, startsInMs = 0): Promise<Answer> {
  const { clientId } = bench.app("cert-daemon");
  const at = (ms: number): number => (START_MS + ms) / 1_000;
  const keyFile = new URL("../../../fixtures/keys/cert-daemon.key.pem", import.meta.url);
  const sign = (endMs: number): string => {
    const claims = { iss: clientId, sub: clientId, nbf: at(startsInMs), exp: at(endMs) };
    const input = `${encoded({ alg: "RS256" })}.${encoded(claims)}`;
    const signature = createSign("RSA-SHA256").update(input);
    return `${input}.${signature.sign(readFileSync(keyFile, "utf8"), "base64url")}`;
  };
  return bench.post(TOKEN, {
    client_id: clientId,
    scope: graph,
    grant_type: "client_credentials",
    client_assertion: typeof endsInMs === "string" ? endsInMs : sign(endsInMs),
  });
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
