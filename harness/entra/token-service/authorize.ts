/**
 * The authorize endpoint and its sign-in page: from an authorize request to a code or an
 * id token at the app's redirect URI. A session cookie signs in without a page; prompt=none
 * never shows one (`docs/sources.md#a4`).
 */
import type { Tenant, User } from "../directory/world.ts";
import {
  checkAuthorizeRequest,
  isImplicit,
  readAuthorizeRequest,
  type AuthorizeRequest,
} from "./authorize-request.ts";
import type { EstsContext } from "./context.ts";
import { aadstsRow } from "../aadsts-errors/code-table.ts";
import { envelopeOf, EstsError } from "./ests-error.ts";
import { federationOf, toFederationServer, vouchedFor } from "./federation.ts";
import { pageFormPost, pageOfError } from "./html-pages.ts";
import type { EstsReply } from "./ests-reply.ts";
import { parseDelegatedScopes } from "./scopes.ts";
import {
  type SignInSession,
  signInSessionOf,
  newSession,
  openSession,
  signInSessionCookies,
  signInSessionId,
} from "./sign-in-session.ts";
import { refusalOf, unmetNeed } from "./access.ts";
import { consentPage, missingConsent, withConsentOf } from "./consent-page.ts";
import { secondFactorAnswer, secondFactorPage } from "./second-factor-page.ts";
import {
  automaticNameOf,
  carriedFields,
  carriedText,
  isCancelled,
  signInPage,
  type SignInPage,
} from "./sign-in-page.ts";
import { afterPassword, sessionOfAnswer } from "./stay-signed-in-page.ts";
import { clientInfo, userAnswer } from "./token-answer.ts";
import { signInWithPassword } from "./users.ts";

/** `GET` or `POST …/authorize`. Throws errors that only a page may show. */
export function authorize(context: EstsContext): EstsReply {
  const request = readAuthorizeRequest(context, context.described.parameters);
  return answering(context, request, () => {
    checkAuthorizeRequest(request);
    const session = usableSession(context, request);
    if (session !== undefined) return admit(context, request, session, { begins: "before" });
    const { fields } = request;
    const { prompt, login_hint: hint } = fields;
    if (prompt === "none")
      throw new EstsError(
        namesOtherSession(context, request, signInSessionOf(context)) ? 160021 : 50058,
      );
    const federated = federationOf(context, hint ?? fields["domain_hint"] ?? "");
    if (federated !== undefined)
      return toFederationServer(context, federated, { name: hint ?? "", ctx: carriedText(fields) });
    const name = automaticNameOf(context, hint);
    if (name === undefined) return signInPage(context, pageOf(request));
    const found = userNamed(context, request, name);
    if (found === undefined) throw new EstsError(50034, `User: ${name}.`);
    if (context.directory.isDisabled(found.user)) throw new EstsError(50057);
    return admit(context, request, newSession(context, found), { begins: "before" });
  });
}

/** `POST /{t}/login`, the form of the sign-in page, with fields `login`, `passwd` and `ctx`. */
export function signIn(context: EstsContext): EstsReply {
  const { parameters } = context.described;
  const request = readAuthorizeRequest(context, carriedFields(context));
  if (isCancelled(context))
    return respond(request, { error: "access_denied", error_subcode: "cancel" });
  const federated = federationOf(context, parameters["login"] ?? "");
  if (federated !== undefined)
    return toFederationServer(context, federated, {
      name: parameters["login"] ?? "",
      ctx: parameters["ctx"] ?? "",
    });
  try {
    const who = signInWithPassword(context, {
      username: parameters["login"] ?? "",
      password: parameters["passwd"] ?? "",
      tenantSegment: context.described.tenant ?? "",
    });
    return answering(context, request, () =>
      admit(context, request, newSession(context, who, "no"), { begins: "now" }),
    );
  } catch (error) {
    if (!(error instanceof EstsError)) throw error;
    // The page is shown again, with the error.
    return signInPage(context, { ...pageOf(request), hint: parameters["login"] ?? "", error });
  }
}

/** `POST /login.srf`, by which a federation server vouches for a person. */
export function answerFederation(context: EstsContext): EstsReply {
  const request = readAuthorizeRequest(context, carriedFields(context));
  return answering(context, request, () => {
    const session = vouchedFor(context);
    return session === undefined
      ? signInPage(context, pageOf(request))
      : admit(context, request, session, { begins: "now" });
  });
}

/** `POST /common/SAS/ProcessAuth`, the form of the page for the second factor. */
export function answerSecondFactor(context: EstsContext): EstsReply {
  const request = readAuthorizeRequest(context, carriedFields(context));
  if (isCancelled(context))
    return respond(request, { error: "access_denied", error_subcode: "cancel" });
  const answer = secondFactorAnswer(context);
  if (answer === undefined) return signInPage(context, pageOf(request));
  return answering(context, request, () => admit(context, request, answer.session, answer));
}

/**
 * Signs in a session that has what Conditional Access demands. A second factor is asked for on a page,
 * and a session that is too old signs in again; nothing else helps, and a page says so.
 */
function admit(
  context: EstsContext,
  request: AuthorizeRequest,
  session: SignInSession,
  { begins, error }: { readonly begins: "now" | "before"; readonly error?: EstsError },
): EstsReply {
  const { app, fields } = request;
  const wanted = { ...session, app, claims: fields["claims"] };
  const unmet = unmetNeed(context, wanted);
  if (unmet === undefined)
    return begins === "before"
      ? finish(context, request, session)
      : afterPassword<EstsReply>(context, session, (lasting) => finish(context, request, lasting));
  if (unmet.need === "recent-sign-in") {
    if (fields["prompt"] === "none") throw new EstsError(70044);
    return signInPage(context, { ...pageOf(request), hint: session.user.upn });
  }
  const refusal = refusalOf(context, wanted, unmet);
  if (fields["prompt"] === "none") throw refusal;
  if (unmet.need !== "second-factor") return errorPage(context, refusal);
  return secondFactorPage(context, {
    session,
    clientId: app.clientId,
    hidden: { ctx: carriedText(fields) },
    begins,
    ...(error === undefined ? {} : { error }),
  });
}

function errorPage(context: EstsContext, error: EstsError): EstsReply {
  const { traceId, correlationId, clock } = context;
  const html = pageOfError(error, { traceId, correlationId, nowMs: clock.now() });
  return { kind: "page", status: 400, html };
}

/** `POST /kmsi`, the form of the page "Stay signed in?". */
export function answerStaySignedIn(context: EstsContext): EstsReply {
  const request = readAuthorizeRequest(context, carriedFields(context));
  const session = sessionOfAnswer(context);
  if (session === undefined) return signInPage(context, pageOf(request));
  return answering(context, request, () => finish(context, request, session));
}

/** `POST /common/Consent/Set`, the form of the page that asks for consent. */
export function answerConsent(context: EstsContext): EstsReply {
  const request = readAuthorizeRequest(context, carriedFields(context));
  const session = openSession(context, context.described.parameters["flowToken"] ?? "");
  if (session === undefined) return signInPage(context, pageOf(request));
  const { app, fields } = request;
  return answering(context, request, () => {
    const scope = fields["scope"] ?? "";
    const missing = missingConsent(context, { app, user: session.user, scope });
    if (missing?.by === "administrator")
      return respond(request, { error: "access_denied", error_subcode: "cancel" });
    if (context.described.parameters["acceptConsent"] !== "true") throw new EstsError(65004);
    context.directory.consent(app, session.user, missing?.scopes ?? []);
    return finish(context, request, session);
  });
}

/** Asks for consent where it is missing, and succeeds. Without a page it is refused, with 65001. */
function finish(
  context: EstsContext,
  request: AuthorizeRequest,
  session: SignInSession,
): EstsReply {
  const { app, fields } = request;
  const scope = fields["scope"] ?? "";
  const missing = missingConsent(context, { app, user: session.user, scope });
  return missing === undefined || fields["prompt"] === "none"
    ? succeed(context, request, session)
    : consentPage(context, { app, session, ctx: carriedText(fields), missing });
}

function pageOf({ fields }: AuthorizeRequest): SignInPage {
  return { fields, hint: fields["login_hint"] ?? "", canCancel: true };
}

/** Sends errors to the app, in the response mode that it asked for. */
function answering(
  context: EstsContext,
  request: AuthorizeRequest,
  work: () => EstsReply,
): EstsReply {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof EstsError)) throw error;
    const envelope = envelopeOf(error, context);
    return respond(request, {
      error: aadstsRow(error.code).redirectError ?? envelope.error,
      error_description: envelope.error_description,
      ...(envelope.error_uri === undefined ? {} : { error_uri: envelope.error_uri }),
    });
  }
}

function usableSession(context: EstsContext, request: AuthorizeRequest): SignInSession | undefined {
  const session = signInSessionOf(context);
  const { prompt, login_hint: hint } = request.fields;
  if (
    session === undefined ||
    prompt === "login" ||
    prompt === "select_account" ||
    prompt === "create"
  )
    return undefined;
  if (namesOtherSession(context, request, session)) return undefined;
  const fits = request.tenant === undefined || request.tenant.id === session.tenant.id;
  const named = hint === undefined || hint.toLowerCase() === session.user.upn.toLowerCase();
  if (fits && named) return session;
  if (prompt === "none") throw new EstsError(16000);
  return undefined;
}

/** Whether the app names a session (`sid`) that is not, or no longer, that of this browser. */
function namesOtherSession(
  context: EstsContext,
  { fields: { sid } }: AuthorizeRequest,
  session: SignInSession | undefined,
): boolean {
  return sid !== undefined && (session === undefined || sid !== signInSessionId(context, session));
}

function userNamed(
  context: EstsContext,
  request: AuthorizeRequest,
  upn: string,
): { tenant: Tenant; user: User } | undefined {
  if (request.tenant === undefined) return context.directory.homeOf(upn);
  const user = context.directory.user(request.tenant, upn);
  return user === undefined ? undefined : { tenant: request.tenant, user };
}

function succeed(
  context: EstsContext,
  request: AuthorizeRequest,
  session: SignInSession,
): EstsReply {
  const { fields, responseTypes, redirectUri, redirectType } = request;
  const app = withConsentOf(context, request.app, session.user);
  const scopes = parseDelegatedScopes(fields["scope"] ?? "", app, context);
  const { nonce, claims, code_challenge: challenge } = fields;
  const { secondFactorAtMs } = session;
  const staying = {
    ...(secondFactorAtMs === undefined ? {} : { secondFactorAtMs }),
    ...(session.staysSignedIn === undefined ? {} : { staysSignedIn: true as const }),
  };
  const answer: Record<string, string> = {};
  if (responseTypes.has("code")) {
    answer["code"] = context.grants.addCode({
      tenantId: session.tenant.id,
      userId: session.user.id,
      clientId: app.clientId,
      redirectUri,
      redirectType,
      scope: fields["scope"] ?? "",
      ...(nonce === undefined ? {} : { nonce }),
      ...(challenge === undefined
        ? {}
        : {
            challenge: {
              method: fields["code_challenge_method"] === "S256" ? "S256" : "plain",
              value: challenge,
            },
          }),
      ...(claims === undefined ? {} : { claims }),
      revocations: context.directory.revocations(session.user),
      signedInAtMs: session.signedInAtMs,
      ...staying,
      expiresAtMs: context.clock.now() + context.settings.authCodeMinutes * 60_000,
      redeemed: false,
    });
  }
  if (isImplicit(responseTypes)) {
    const granted = userAnswer(context, {
      tenant: session.tenant,
      app,
      proof: "none",
      user: session.user,
      scopes: {
        ...scopes,
        openid: responseTypes.has("id_token") || scopes.openid,
        offlineAccess: false,
      },
      signedInAtMs: session.signedInAtMs,
      ...staying,
      ...(nonce === undefined ? {} : { nonce }),
      ...(claims === undefined ? {} : { claims }),
    });
    if (responseTypes.has("id_token")) answer["id_token"] = String(granted["id_token"]);
    if (responseTypes.has("token")) {
      for (const name of ["access_token", "token_type", "expires_in", "scope"])
        answer[name] = String(granted[name]);
    }
  }
  if (fields["client_info"] === "1")
    answer["client_info"] = clientInfo(session.user, session.tenant);
  const sessionId = signInSessionId(context, session);
  answer["session_state"] = sessionId;
  context.signedInApps.add(sessionId, { app, tenant: session.tenant });
  return { ...respond(request, answer), cookies: signInSessionCookies(context, session) };
}

function respond(
  request: AuthorizeRequest,
  answer: Readonly<Record<string, string>>,
): Extract<EstsReply, { kind: "form-post" | "redirect" }> {
  const { state } = request.fields;
  const all = { ...answer, ...(state === undefined ? {} : { state }) };
  if (request.responseMode === "form_post") {
    const fields = Object.entries(all).map(([name, value]) => ({
      name,
      type: "hidden" as const,
      value,
    }));
    return { kind: "form-post", html: pageFormPost(request.redirectUri, fields) };
  }
  const location = new URL(request.redirectUri);
  if (request.responseMode === "fragment") location.hash = new URLSearchParams(all).toString();
  else for (const [name, value] of Object.entries(all)) location.searchParams.set(name, value);
  return { kind: "redirect", location: location.href };
}
