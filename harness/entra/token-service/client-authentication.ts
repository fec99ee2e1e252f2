/** Client authentication at the token endpoint: a secret in the body or in a Basic header, or a signed assertion. */
import { createPublicKey, createVerify, type KeyObject, type X509Certificate } from "node:crypto";
import { isThumbprint, readCertificate, thumbprintsOf } from "../directory/certificates.ts";
import type { AppRegistration } from "../directory/world.ts";
import { basicCredentials } from "../request/endpoint.ts";
import { decodeObject } from "../../core/http/json-object.ts";
import { isSharedEndpoint, type EstsContext } from "./context.ts";
import { isInstance } from "./discovery.ts";
import { EstsError } from "./ests-error.ts";
import type { TokenSubject } from "./tokens.ts";

/**
 * Authenticates the client and returns how it did; `none` for public clients. Throws
 * 7000216 or 7000218 without a credential, 7000215 or 7000222 for a wrong or expired secret,
 * 700027, 700024 or 700023 for an assertion with a wrong signature, time range or audience,
 * 700211 to 700213 for a token of an outside issuer that no federated credential fits, and 9002326 for any credential sent by a page.
 */
export function authenticateClient(
  context: EstsContext,
  app: AppRegistration,
): TokenSubject["proof"] {
  const { parameters, grant } = context.described;
  const assertion = parameters["client_assertion"];
  const secret = parameters["client_secret"] ?? basicCredentials(context.request)?.secret;
  // A page must not have a credential of its app (A.4).
  const proves = assertion !== undefined || secret !== undefined;
  if (proves && context.request.headers.has("origin")) throw new EstsError(9002326);
  if (assertion !== undefined) {
    checkAssertion(context, assertion, app);
    return "certificate";
  }
  if (secret !== undefined) {
    const isPublic = app.kind === "native" || app.kind === "spa";
    if (isPublic && app.secrets.length === 0) throw new EstsError(700025);
    checkSecret(secret, app, context.clock.now());
    return "secret";
  }
  if (grant === "client_credentials") throw new EstsError(7000216);
  if (app.kind === "daemon" || app.kind === "web" || app.kind === "api")
    throw new EstsError(7000218);
  return "none";
}

function checkSecret(secret: string, app: AppRegistration, nowMs: number): void {
  const found = app.secrets.find((candidate) => candidate.value === secret);
  if (found === undefined) throw new EstsError(7000215, `App: ${app.clientId}.`);
  if (found.expiresAt !== undefined && found.expiresAt <= nowMs)
    throw new EstsError(7000222, `App: ${app.clientId}.`);
}

function checkAssertion(context: EstsContext, assertion: string, app: AppRegistration): void {
  const read = readAssertion(assertion);
  if (isOutsideIssuer(read.claims["iss"])) {
    checkFederated(read, app);
    checkTimes(read, context.clock.now());
    return;
  }
  if (!isSignedByApp(read, app) || read.claims["iss"] !== app.clientId)
    throw new EstsError(700027, reasonOf(read, app));
  checkTimes(read, context.clock.now());
  if (!isForTenantAsked(context, read.claims["aud"])) throw new EstsError(700023);
}

interface ClientAssertion {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly algorithm: "RS256" | "PS256";
  readonly signedText: string;
  readonly signature: string;
}

function readAssertion(assertion: string): ClientAssertion {
  const [first = "", payload = "", signature = ""] = assertion.split(".");
  const header = decodeObject(first);
  const claims = decodeObject(payload);
  const algorithm = header?.["alg"];
  if (header === undefined || claims === undefined) throw new EstsError(50027);
  if (algorithm !== "RS256" && algorithm !== "PS256") throw new EstsError(700027);
  return { header, claims, algorithm, signedText: `${first}.${payload}`, signature };
}

function checkTimes({ claims: { exp, nbf } }: ClientAssertion, nowMs: number): void {
  const skewMs = 300_000;
  if (typeof exp !== "number" || exp * 1_000 + skewMs < nowMs) throw new EstsError(700024);
  if (typeof nbf === "number" && nbf * 1_000 - skewMs > nowMs) throw new EstsError(700024);
}

/** An app signs its assertions as its own issuer, by its client id; a workload brings the token of another one. */
function isOutsideIssuer(issuer: unknown): issuer is string {
  return typeof issuer === "string" && URL.canParse(issuer);
}

/** The credential whose issuer, subject and audience are those of the assertion, case included (A.5). */
function checkFederated(assertion: ClientAssertion, app: AppRegistration): void {
  const { iss, sub, aud } = assertion.claims;
  const { federatedCredentials = [] } = app;
  const ofIssuer = federatedCredentials.filter(({ issuer }) => issuer === iss);
  if (ofIssuer.length === 0) throw new EstsError(700211, `Issuer: ${String(iss)}.`);
  const ofSubject = ofIssuer.filter(({ subject }) => subject === sub);
  if (ofSubject.length === 0) {
    // The subject of a managed identity has a form, and a code, of its own.
    const code = String(sub).startsWith("/eid1/") ? 7002137 : 700213;
    throw new EstsError(code, `Subject: ${String(sub)}.`);
  }
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const found = ofSubject.find(({ audience = EXCHANGE_AUDIENCE }) => audiences.includes(audience));
  if (found === undefined) throw new EstsError(700212, `Audience: ${audiences.join(", ")}.`);
  const isSigned =
    found.keys === undefined ||
    found.keys.some((pem) => isSignedBy(assertion, createPublicKey(pem)));
  if (!isSigned)
    throw new EstsError(700027, "The issuer of the federated credential has other keys.");
}

const EXCHANGE_AUDIENCE = "api://AzureADTokenExchange";

/** Whether a registered certificate signed it; where the header names a certificate, that one. */
function isSignedByApp(assertion: ClientAssertion, { certificates }: AppRegistration): boolean {
  const named = namedThumbprint(assertion);
  const candidates = certificates.filter(
    (one) => named === undefined || thumbprintsOf(one).includes(named),
  );
  const sent = sentCertificate(assertion);
  return candidates.some((one) => {
    const certificate = readCertificate(one) ?? sent;
    // Of a thumbprint alone there is no key to verify with.
    if (certificate === undefined) return named !== undefined;
    const isRegistered = thumbprintsOf(one).some((print) =>
      thumbprintsOf(certificate).includes(print),
    );
    return isRegistered && isSignedBy(assertion, certificate.publicKey);
  });
}

function isSignedBy(
  { algorithm, signedText, signature }: ClientAssertion,
  key: KeyObject,
): boolean {
  const padding = algorithm === "PS256" ? { padding: 6, saltLength: -1 } : {};
  return createVerify("RSA-SHA256")
    .update(signedText)
    .verify({ key, ...padding }, signature, "base64url");
}

/** The thumbprint in the header, as lower-case hex: `x5t#S256`, `x5t`, or `kid`, in which some libraries write it as hex. */
function namedThumbprint({ header }: ClientAssertion): string | undefined {
  const encoded = header["x5t#S256"] ?? header["x5t"];
  if (typeof encoded === "string") return Buffer.from(encoded, "base64url").toString("hex");
  const { kid } = header;
  return typeof kid === "string" && isThumbprint(kid) ? kid.toLowerCase() : undefined;
}

/** The certificate that the assertion carries, the first of its chain. */
function sentCertificate({ header: { x5c } }: ClientAssertion): X509Certificate | undefined {
  const [first]: readonly unknown[] = Array.isArray(x5c) ? x5c : [x5c];
  if (typeof first !== "string") return undefined;
  const base64 = first.replace(/-----[A-Z ]+-----|\s/g, "");
  return readCertificate(Buffer.from(base64, "base64"));
}

/** Which key the client has, and which ones the app has: a certificate that was renewed in one place only. */
function reasonOf(assertion: ClientAssertion, { certificates, clientId }: AppRegistration): string {
  const named = namedThumbprint(assertion);
  if (named === undefined || certificates.some((one) => thumbprintsOf(one).includes(named)))
    return "";
  return `[Reason - The key was not found., Thumbprint of key used by client: '${named.toUpperCase()}', app: '${clientId}'.]`;
}

/** MSAL.js names the issuer, others the token endpoint: any address of the tenant at a login host is accepted (A.5). */
function isForTenantAsked({ directory, described, origin }: EstsContext, aud: unknown): boolean {
  const url = typeof aud === "string" ? URL.parse(aud) : null;
  if (url === null) return false;
  if (url.origin !== origin && !isInstance(url.hostname)) return false;
  const segment = url.pathname.split("/")[1] ?? "";
  const asked = described.tenant ?? "";
  return (
    isSharedEndpoint(segment) ||
    isSharedEndpoint(asked) ||
    directory.tenant(segment) === directory.tenant(asked)
  );
}
