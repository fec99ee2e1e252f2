/** What the forms of recorded requests stand for where something has to be made first: a code, a token, an assertion. */
import { createHash, createSign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequest } from "../../../harness/core/http/message.ts";
import { machineEndpoints } from "../../../harness/entra/request/machine-address.ts";
import { AZURE_CLI } from "./recording-world.ts";
import type { Bench } from "./bench.ts";

const LOGIN = "https://login.microsoftonline.com";
const DAY_MS = 86_400_000;

/** The form of the recorded request, not filled in. */
type Form = Readonly<Record<string, string>>;

/** A form that the world has nothing for; `fixtures/recordings/README.md` lists those there are. */
export class UnknownForm extends Error {
  readonly form: string;

  constructor(form: string) {
    super(`no situation ${form}; fixtures/recordings/README.md lists those there are`);
    this.form = form;
  }
}

/** What has to be made first: a code, a token, an assertion. */
export async function makeForm(form: string, bench: Bench, asked: Form = {}): Promise<string> {
  const maker = makers[form];
  if (maker === undefined) throw new UnknownForm(form);
  return maker(bench, asked);
}

const GRAPH = "https://graph.microsoft.com/User.Read openid profile offline_access";

const makers: Readonly<Record<string, (bench: Bench, asked: Form) => Promise<string> | string>> = {
  "<code>": (bench, asked) => codeOf(bench, asked),
  async "<redeemed code>"(bench, asked) {
    const code = await codeOf(bench, asked);
    const redirect = "http://localhost:3000/redirect";
    await tokens(bench, "portal", {
      grant_type: "authorization_code",
      code,
      redirect_uri: redirect,
    });
    return code;
  },
  "<refresh token>": (bench, asked) => refreshTokenOf(bench, asked),
  "<refresh token of the web app>": (bench, asked) => refreshTokenOf(bench, asked),
  async "<revoked refresh token>"(bench, asked) {
    const token = await refreshTokenOf(bench, asked);
    bench.pass(60_000);
    bench.directory.revokeSessions([bench.person("adele")]);
    return token;
  },
  async "<inactive refresh token>"(bench, asked) {
    const token = await refreshTokenOf(bench, asked);
    bench.pass(91 * DAY_MS);
    return token;
  },
  async "<pending device code>"(bench, asked) {
    return (await startDevice(bench, asked)).device_code;
  },
  async "<approved device code>"(bench, asked) {
    const { device_code: code, user_code: otc } = await startDevice(bench, asked);
    const { upn, password } = bench.person("adele");
    await bench.post("/common/oauth2/deviceauth", { otc, login: upn, passwd: password });
    return code;
  },
  "<expired secret>": () => "expired",
  "<content of the key file>": (bench) => arcKey(bench),
  "<assertion>": (bench) => assertionOf(bench, "cert-daemon"),
  "<assertion of an unknown certificate>": (bench) => assertionOf(bench, "travel"),
  "<token of the federated issuer>": () => federatedToken("system:serviceaccount:shop:orders"),
  "<token of the federated issuer for another managed identity>": () =>
    federatedToken("/eid1/c/pub/t/v4j5cvGGr0GRqy180BHbRw/a/9ExAW52n/other"),
  "<token for the middle tier>": (bench) =>
    passwordToken(bench, "desk-app", "api://orders/access_as_user"),
  "<token for Microsoft Graph>": (bench) => passwordToken(bench, "desk-app", GRAPH),
  "<token for another resource>": (bench) =>
    passwordToken(bench, "desk-app", "api://orders/Orders.Read"),
  "<token for Azure Resource Manager>": (bench) => managementToken(bench),
  async "<revoked token for Azure Resource Manager>"(bench) {
    const token = await managementToken(bench);
    bench.pass(60_000);
    bench.directory.revokeSessions([bench.person("adele")]);
    return token;
  },
  async "<expired token for Azure Resource Manager>"(bench) {
    const token = await managementToken(bench);
    bench.pass(2 * DAY_MS);
    return token;
  },
};

/** The key in the file that the agent of Arc names in its challenge. */
async function arcKey(bench: Bench): Promise<string> {
  const resource = "https://vault.azure.net";
  const address = `${machineEndpoints["azure-arc"]}?api-version=2019-11-01&resource=${resource}`;
  const { headers } = await bench.send(createRequest(address, { headers: { metadata: "true" } }));
  const challenge = headers.find(([name]) => name.toLowerCase() === "www-authenticate")?.[1] ?? "";
  return readFileSync(challenge.replace("Basic realm=", ""), "utf8");
}

const managementToken = (bench: Bench): Promise<string> =>
  passwordToken(bench, "azure-cli", "https://management.azure.com//.default");

async function codeOf(bench: Bench, asked: Form): Promise<string> {
  const isNative = asked["client_id"] === "<native app>";
  const client = bench.app(isNative ? "desk-app" : "portal");
  const redirect = isNative ? "http://localhost" : "http://localhost:3000/redirect";
  const query = new URLSearchParams({
    client_id: client.clientId,
    response_type: "code",
    redirect_uri: redirect,
    scope: asked["scope"]?.startsWith("<") === false ? asked["scope"] : GRAPH,
  });
  const answer = await bench.signIn(
    `${LOGIN}/${bench.tenant.id}/oauth2/v2.0/authorize?${query.toString()}`,
  );
  const location = answer.headers.find(([name]) => name.toLowerCase() === "location")?.[1];
  const code = new URL(location ?? "http://nowhere").searchParams.get("code");
  if (code === null) throw new Error(`no code: ${answer.status} ${answer.text.slice(0, 300)}`);
  return code;
}

async function refreshTokenOf(bench: Bench, asked: Form): Promise<string> {
  const name = appNameOf(asked["client_id"]);
  const { refresh_token: token } = await passwordTokens(bench, name, GRAPH);
  if (token === undefined) throw new Error("no refresh token");
  return token;
}

function appNameOf(form: string | undefined): string {
  if (form === "<first-party client>") return "azure-cli";
  if (form === "<web app>") return "portal";
  if (form === "<Visual Studio Code>") return "visual-studio-code";
  return "desk-app";
}

interface Tokens {
  readonly access_token?: string;
  readonly refresh_token?: string;
}

async function tokens(bench: Bench, name: string, form: Record<string, string>): Promise<Tokens> {
  const { clientId, secrets } = bench.app(name);
  const secret = secrets[0] === undefined ? {} : { client_secret: secrets[0].value };
  const answer = await bench.post("oauth2/v2.0/token", { client_id: clientId, ...secret, ...form });
  if (answer.status !== 200) throw new Error(`no token: ${answer.text.slice(0, 300)}`);
  return JSON.parse(answer.text) as Tokens;
}

function passwordTokens(bench: Bench, name: string, scope: string): Promise<Tokens> {
  const { upn, password } = bench.person("adele");
  return tokens(bench, name, { grant_type: "password", username: upn, password, scope });
}

async function passwordToken(bench: Bench, name: string, scope: string): Promise<string> {
  return (await passwordTokens(bench, name, scope)).access_token ?? "";
}

async function startDevice(bench: Bench, { scope = GRAPH }: Form) {
  const answer = await bench.post("/organizations/oauth2/v2.0/devicecode", {
    client_id: AZURE_CLI,
    scope,
  });
  return JSON.parse(answer.text) as { readonly device_code: string; readonly user_code: string };
}

const fixture = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/keys/${name}.pem`, import.meta.url), "utf8");

/** The assertion by which an app signs in, signed with the certificate of this name. */
function assertionOf(bench: Bench, certificate: string): string {
  const { clientId } = bench.app("nightly-daemon");
  const { raw } = new X509Certificate(fixture(`${certificate}.cert`));
  const now = Date.UTC(2026, 2, 2, 8) / 1_000;
  return signed(
    certificate,
    { alg: "RS256", typ: "JWT", x5t: createHash("sha1").update(raw).digest("base64url") },
    {
      iss: clientId,
      sub: clientId,
      aud: `${LOGIN}/${bench.tenant.id}/oauth2/v2.0/token`,
      jti: "recorded",
      nbf: now,
      exp: now + 600,
    },
  );
}

function federatedToken(subject: string): string {
  const now = Date.UTC(2026, 2, 2, 8) / 1_000;
  return signed(
    "travel",
    { alg: "RS256", typ: "JWT", kid: "oidc-1" },
    {
      iss: "https://oidc.contoso.example",
      sub: subject,
      aud: "api://AzureADTokenExchange",
      nbf: now,
      exp: now + 600,
    },
  );
}

function signed(key: string, header: object, claims: object): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
  const input = `${encode(header)}.${encode(claims)}`;
  const signature = createSign("RSA-SHA256")
    .update(input)
    .sign(fixture(`${key}.key`), "base64url");
  return `${input}.${signature}`;
}
