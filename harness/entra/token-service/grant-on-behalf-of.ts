/** Grant on-behalf-of: a middle-tier API exchanges a user's token for a token of the next API. */
import { createPublicKey, createVerify } from "node:crypto";
import { isIssuedBeforeRevocation, issuedAtOf } from "../directory/opaque-ids.ts";
import type { AppRegistration, Tenant, User } from "../directory/world.ts";
import { decodeObject } from "../../core/http/json-object.ts";
import { authenticateClient } from "./client-authentication.ts";
import {
  appOf,
  claimsAsked,
  isSharedEndpoint,
  required,
  tenantOf,
  tenantOfGrant,
  type EstsContext,
} from "./context.ts";
import { EstsError } from "./ests-error.ts";
import { withConsentOf } from "./consent-page.ts";
import { parseDelegatedScopes } from "./scopes.ts";
import { userAnswer } from "./token-answer.ts";
import { userOfGrant } from "./users.ts";

export function grantOnBehalfOf(context: EstsContext): Record<string, unknown> {
  if (required(context, "requested_token_use") !== "on_behalf_of") throw new EstsError(70003);
  const sent = required(context, "assertion");
  // On a shared endpoint the tenant comes from the assertion; elsewhere the client is authenticated first.
  const tenant = isSharedEndpoint(context.described.tenant ?? "")
    ? tenantOfGrant(context, { tenantId: String(readAssertion(context, sent)["tid"]) })
    : tenantOf(context);
  const app = appOf(context, tenant);
  const proof = authenticateClient(context, app);
  const assertion = readAssertion(context, sent);
  if (!isFor(context, app, assertion["aud"])) throw new EstsError(500131);
  if (assertion["tid"] !== tenant.id)
    throw new EstsError(50013, "The assertion is of another tenant.");
  const { user } = userOfGrant(context, {
    tenantId: String(assertion["tid"]),
    userId: String(assertion["oid"]),
    issuedAtMs: issuedAtMsOf(context, tenant, assertion),
  });
  return userAnswer(context, {
    tenant,
    app,
    proof,
    user,
    scopes: parseDelegatedScopes(
      required(context, "scope"),
      withConsentOf(context, app, user),
      context,
    ),
    signedInAtMs: issuedAtOf(assertion) * 1_000,
    ...secondFactorOf(context, user, assertion),
    ...claimsAsked(context),
  });
}

/** A token has its time in whole seconds: before the revocation or after it, where that was in the same second. */
function issuedAtMsOf(
  { directory }: EstsContext,
  tenant: Tenant,
  assertion: Record<string, unknown>,
): number {
  const secondMs = issuedAtOf(assertion) * 1_000;
  const user = directory.user(tenant, String(assertion["oid"]));
  return user !== undefined && isIssuedBeforeRevocation(directory, user, assertion)
    ? Math.min(secondMs, directory.tokensValidFrom(user) - 1)
    : secondMs + 999;
}

/** A v1 token says in `amr` how its user signed in; of a v2 token only the directory knows, when the user last did. */
function secondFactorOf(
  { directory }: EstsContext,
  user: User,
  assertion: Record<string, unknown>,
): { readonly secondFactorAtMs?: number } {
  const issuedAtMs = issuedAtOf(assertion) * 1_000;
  const { amr } = assertion;
  const hasIt = Array.isArray(amr)
    ? amr.includes("mfa")
    : (directory.provedAtMs(user) ?? Infinity) < issuedAtMs + 1_000;
  return hasIt ? { secondFactorAtMs: issuedAtMs } : {};
}

function readAssertion(context: EstsContext, assertion: string): Record<string, unknown> {
  const [header = "", payload = "", signature = ""] = assertion.split(".");
  const { kid } = decodeObject(header) ?? {};
  const key = context.directory.publishedKeys().find((candidate) => candidate.kid === kid);
  if (key === undefined) throw new EstsError(50013);
  const publicKey = createPublicKey({ key: { kty: "RSA", n: key.n, e: key.e }, format: "jwk" });
  if (
    !createVerify("RSA-SHA256")
      .update(`${header}.${payload}`)
      .verify(publicKey, signature, "base64url")
  ) {
    throw new EstsError(50013);
  }
  const claims = decodeObject(payload) ?? {};
  if (typeof claims["oid"] !== "string" || claims["idtyp"] === "app") throw new EstsError(50013);
  // An id token names the user but gives the app no permission.
  if (claims["scp"] === undefined)
    throw new EstsError(50013, "The assertion is not an access token.");
  if (Number(claims["exp"]) * 1_000 <= context.clock.now()) throw new EstsError(500133);
  return claims;
}

/** Throws unless the assertion is a token for the app that presents it. */
function isFor(context: EstsContext, app: AppRegistration, audience: unknown): boolean {
  if (audience === app.clientId) return true;
  const resource = context.directory.resource(String(audience));
  return resource?.appId === app.clientId;
}
