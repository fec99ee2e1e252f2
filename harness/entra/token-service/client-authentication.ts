/** Client authentication at the token endpoint: a secret in the body or in a Basic header, or a signed assertion. */
import { createVerify, X509Certificate } from "node:crypto";
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
 * and 9002326 for any credential sent by a page.
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
  const nowMs = context.clock.now();
  const [header = "", payload = "", signature = ""] = assertion.split(".");
  const claims = decodeObject(payload);
  const algorithm = decodeObject(header)?.["alg"];
  if (claims === undefined || (algorithm !== "RS256" && algorithm !== "PS256"))
    throw new EstsError(700027);
  const valid = app.certificates.some((pem) => {
    const key = new X509Certificate(pem).publicKey;
    const padding = algorithm === "PS256" ? { padding: 6, saltLength: -1 } : {};
    return createVerify("RSA-SHA256")
      .update(`${header}.${payload}`)
      .verify({ key, ...padding }, signature, "base64url");
  });
  if (!valid || claims["iss"] !== app.clientId) throw new EstsError(700027);
  const skewMs = 300_000;
  const { exp, nbf } = claims;
  if (typeof exp !== "number" || exp * 1_000 + skewMs < nowMs) throw new EstsError(700024);
  if (typeof nbf === "number" && nbf * 1_000 - skewMs > nowMs) throw new EstsError(700024);
  if (!isForTenantAsked(context, claims["aud"])) throw new EstsError(700023);
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
