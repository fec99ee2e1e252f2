/** Device code: the request for a code, the page on which a person approves it, and the poll (URN or `device_code`). */
import {
  appOf,
  claimsAsked,
  isSharedEndpoint,
  required,
  sharedAppOf,
  tenantOf,
  type EstsContext,
} from "./context.ts";
import { EstsError } from "./ests-error.ts";
import type { EstsReply } from "./ests-reply.ts";
import { page, pageForm } from "./html-pages.ts";
import { withConsentOf } from "./consent-page.ts";
import { parseDelegatedScopes } from "./scopes.ts";
import { userAnswer } from "./token-answer.ts";
import { credentialFields } from "./sign-in-page.ts";
import { refusalOf, unmetNeed } from "./access.ts";
import { secondFactorAnswer, secondFactorPage } from "./second-factor-page.ts";
import { newSession, type SignInSession } from "./sign-in-session.ts";
import { signInWithPassword, userOfGrant } from "./users.ts";

type Page = Extract<EstsReply, { kind: "page" | "form-post" }>;

const USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ";
const POLL_EVERY_SECONDS = 5;

/** `POST …/devicecode`: a new device code. */
export function startDeviceCode(context: EstsContext): Record<string, unknown> {
  const { settings, clock, grants, described } = context;
  const segment = described.tenant ?? "common";
  const clientId = required(context, "client_id");
  if (isSharedEndpoint(segment)) sharedAppOf(context, clientId);
  else appOf(context, tenantOf(context));
  const draw = context.random.fork(`user code ${grants.nextSerial()}`);
  const userCode = Array.from({ length: 9 }, () => USER_CODE_LETTERS[draw.integer(0, 19)]).join("");
  const deviceCode = grants.addDevice({
    tenantSegment: segment,
    clientId: clientId.toLowerCase(),
    scope: required(context, "scope"),
    userCode,
    expiresAtMs: clock.now() + settings.deviceCodeSeconds * 1_000,
    redeemed: false,
  });
  const address = `${context.origin}/common/oauth2/deviceauth`;
  const isV1 = described.version === "1.0";
  const number = (value: number): number | string => (isV1 ? String(value) : value);
  return {
    user_code: userCode,
    device_code: deviceCode,
    [isV1 ? "verification_url" : "verification_uri"]: address,
    expires_in: number(settings.deviceCodeSeconds),
    interval: number(POLL_EVERY_SECONDS),
    message: `To sign in, use a web browser to open the page ${address} and enter the code ${userCode} to authenticate.`,
  };
}

/** `GET` shows the page, `POST` approves the code: fields `otc`, `login`, `passwd`. */
export function deviceCodePage(context: EstsContext): Page {
  if (context.request.method !== "POST") {
    const html = pageForm({
      heading: "Enter code",
      action: "/common/oauth2/deviceauth",
      fields: [{ name: "otc", type: "text", label: "Code" }, ...credentialFields("")],
      button: "Next",
    });
    return { kind: "page", status: 200, html };
  }
  const userCode = required(context, "otc");
  const device = context.grants.deviceByUserCode(userCode);
  if (device === undefined || device.expiresAtMs <= context.clock.now()) throw new EstsError(70018);
  // There is one page for all tenants; the person signs in to the tenant that the device named.
  const { tenant, user } = signInWithPassword(context, {
    username: required(context, "login"),
    password: required(context, "passwd"),
    tenantSegment: device.tenantSegment,
  });
  return approve(context, userCode, device.clientId, newSession(context, { tenant, user }));
}

/** The answer to the page of the second factor, for a device. */
export function answerDeviceSecondFactor(context: EstsContext): Page {
  const userCode = required(context, "otc");
  const device = context.grants.deviceByUserCode(userCode);
  const answer = secondFactorAnswer(context);
  if (device === undefined || answer === undefined) throw new EstsError(70018);
  const { session, error } = answer;
  return approve(context, userCode, device.clientId, session, error);
}

/** Approves the code once the session has what Conditional Access demands; until then it shows the page of the second factor. */
function approve(
  context: EstsContext,
  userCode: string,
  clientId: string,
  session: SignInSession,
  error?: EstsError,
): Page {
  const { tenant, user, secondFactorAtMs } = session;
  const app = context.directory.app(tenant, clientId);
  if (app === undefined) throw new EstsError(700016, `Application: ${clientId}.`);
  const unmet = unmetNeed(context, { app, ...session });
  if (unmet?.need === "second-factor")
    return secondFactorPage(context, {
      session,
      clientId,
      hidden: { otc: userCode },
      begins: "now",
      ...(error === undefined ? {} : { error }),
    });
  if (unmet !== undefined) throw refusalOf(context, { app, ...session }, unmet);
  const revocations = context.directory.revocations(user);
  context.grants.approveDevice(userCode, {
    tenantId: tenant.id,
    userId: user.id,
    revocations,
    ...(secondFactorAtMs === undefined ? {} : { secondFactorAtMs }),
  });
  const html = page("Signed in", "You have signed in on your device. You may close this window.");
  return { kind: "page", status: 200, html };
}

/** One poll of the token endpoint by the device. */
export function grantDeviceCode(context: EstsContext): Record<string, unknown> {
  if (!isSharedEndpoint(context.described.tenant ?? "")) tenantOf(context);
  // ADAL names it as it names any other code.
  const isAdal = context.described.version === "1.0" && "code" in context.described.parameters;
  const deviceCode = required(context, isAdal ? "code" : "device_code");
  const device = context.grants.device(deviceCode);
  if (device === undefined || device.clientId !== context.described.app) throw new EstsError(70018);
  if (device.expiresAtMs <= context.clock.now()) throw new EstsError(70020);
  if (device.approvedBy === undefined) throw new EstsError(70016);
  // By RFC 8628 section 3.5 a code is used once.
  if (device.redeemed) throw new EstsError(90120);
  const { tenant, user } = userOfGrant(context, {
    ...device.approvedBy,
    issuedAtMs: context.clock.now(),
  });
  const app = appOf(context, tenant);
  context.grants.redeemDevice(deviceCode);
  return userAnswer(context, {
    tenant,
    app,
    proof: "none",
    user,
    scopes: parseDelegatedScopes(device.scope, withConsentOf(context, app, user), context),
    signedInAtMs: context.clock.now(),
    ...(device.approvedBy.secondFactorAtMs === undefined
      ? {}
      : { secondFactorAtMs: device.approvedBy.secondFactorAtMs }),
    ...claimsAsked(context),
  });
}
