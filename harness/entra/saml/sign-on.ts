/**
 * SAML 2.0 single sign-on. `/{t}/saml2` takes a service provider's request by redirect or by
 * form; the launch address starts without one; the answer is a form that posts itself to
 * the app. Session and sign-in page are those of OpenID Connect (`docs/sources.md#f`).
 */
import { nameIdFormats } from "./saml-names.ts";
import {
  audienceOf,
  failedResponse,
  signedResponse,
  validityFrom,
  type Envelope,
} from "./saml-response.ts";
import type { EstsContext } from "../token-service/context.ts";
import type { AadstsCode } from "../aadsts-errors/code-table.ts";
import { envelopeOf, EstsError } from "../token-service/ests-error.ts";
import { pageFormPost, type PageField } from "../token-service/html-pages.ts";
import type { EstsReply } from "../token-service/ests-reply.ts";
import {
  type SignInSession,
  newSession,
  signInSessionCookies,
  signInSessionId,
  signInSessionOf,
} from "../token-service/sign-in-session.ts";
import { refusalOf, unmetNeed } from "../token-service/access.ts";
import { secondFactorAnswer, secondFactorPage } from "../token-service/second-factor-page.ts";
import {
  automaticNameOf,
  carriedFields,
  carriedText,
  signInPage,
} from "../token-service/sign-in-page.ts";
import { afterPassword, sessionOfAnswer } from "../token-service/stay-signed-in-page.ts";
import { signInWithPassword } from "../token-service/users.ts";
import { checkAuthnRequest, nameIdFormatOf } from "./authn-request.ts";
import { fieldsOfRequest, readSignOn, type SignOn } from "./sign-on-request.ts";
import { samlIssuerOf, subjectOf } from "./assertion-subject.ts";

type Page = Extract<EstsReply, { kind: "page" | "form-post" }>;

/** `GET` or `POST …/saml2`, `GET …/saml2/launch?appid=`. Throws errors that only a page may show. */
export function samlSignOn(context: EstsContext): Page {
  const signOn = readSignOn(context, fieldsOfRequest(context));
  return answering(context, signOn, () => {
    const { request, hint } = signOn;
    if (request !== undefined) checkAuthnRequest(request);
    const session = request?.forceAuthn === true ? undefined : usableSession(context, signOn);
    if (session !== undefined) return admit(context, signOn, session, { begins: "before" });
    if (request?.isPassive === true) throw new EstsError(50058);
    const name = automaticNameOf(context, hint);
    const named = name === undefined ? undefined : context.directory.user(signOn.tenant, name);
    if (named === undefined || context.directory.isDisabled(named)) return pageFor(context, signOn);
    const begun = newSession(context, { tenant: signOn.tenant, user: named });
    return admit(context, signOn, begun, { begins: "before" });
  });
}

/** Whether the form of the sign-in page was shown for a SAML sign-in. */
export function isSamlSignIn(context: EstsContext): boolean {
  return carriedFields(context)["saml"] !== undefined;
}

/** `POST /{t}/login` for a SAML sign-in: the request that the page carried is read and checked again. */
export function samlSignIn(context: EstsContext): Page {
  const signOn = readSignOn(context, carriedFields(context));
  const { parameters, tenant: tenantSegment = "" } = context.described;
  try {
    const found = signInWithPassword(context, {
      username: parameters["login"] ?? "",
      password: parameters["passwd"] ?? "",
      tenantSegment,
    });
    return answering(context, signOn, () => {
      if (signOn.request !== undefined) checkAuthnRequest(signOn.request);
      return admit(context, signOn, newSession(context, found, "no"), { begins: "now" });
    });
  } catch (error) {
    if (!(error instanceof EstsError)) throw error;
    // The page is shown again, with the error.
    return pageFor(context, { ...signOn, hint: parameters["login"] ?? "" }, error);
  }
}

/** `POST /common/SAS/ProcessAuth` for a SAML sign-in. */
export function answerSamlSecondFactor(context: EstsContext): Page {
  const signOn = readSignOn(context, carriedFields(context));
  const answer = secondFactorAnswer(context);
  if (answer === undefined) return pageFor(context, signOn);
  return answering(context, signOn, () => admit(context, signOn, answer.session, answer));
}

/** As for OpenID Connect: a session that lacks something meets a page. Throws what no page can help with. */
function admit(
  context: EstsContext,
  signOn: SignOn,
  session: SignInSession,
  { begins, error }: { readonly begins: "now" | "before"; readonly error?: EstsError },
): Page {
  const { app, request, fields } = signOn;
  const wanted = { ...session, app };
  const unmet = unmetNeed(context, wanted);
  if (unmet === undefined)
    return begins === "before"
      ? succeed(context, signOn, session)
      : afterPassword(context, session, (lasting) => succeed(context, signOn, lasting));
  if (request?.isPassive === true) throw new EstsError(50058);
  if (unmet.need === "recent-sign-in") return pageFor(context, signOn);
  if (unmet.need !== "second-factor") throw refusalOf(context, wanted, unmet);
  return secondFactorPage(context, {
    session,
    clientId: app.clientId,
    hidden: { ctx: carriedText(fields) },
    begins,
    ...(error === undefined ? {} : { error }),
  });
}

/** `POST /kmsi` for a SAML sign-in. */
export function answerSamlStaySignedIn(context: EstsContext): Page {
  const signOn = readSignOn(context, carriedFields(context));
  const session = sessionOfAnswer(context);
  if (session === undefined) return pageFor(context, signOn);
  return answering(context, signOn, () => succeed(context, signOn, session));
}

/** Codes that are sent to the app, with the last parts of their status URNs; the outer ones other than Requester are a guess (F.1). */
const STATUS_OF: Partial<Record<AadstsCode, readonly [string, string]>> = {
  50058: ["Responder", "NoPassive"],
  75003: ["Requester", "UnsupportedBinding"],
  75005: ["Requester", "RequestDenied"],
  75006: ["Requester", "RequestUnsupported"],
  75011: ["Requester", "NoAuthnContext"],
  75016: ["Requester", "InvalidNameIDPolicy"],
};

/** Sends errors of the app's request to the app; others are thrown on, to be shown as a page. */
function answering(context: EstsContext, signOn: SignOn, work: () => Page): Page {
  try {
    return work();
  } catch (error) {
    const codes = error instanceof EstsError ? STATUS_OF[error.code] : undefined;
    if (!(error instanceof EstsError) || codes === undefined) throw error;
    const { error_description: message } = envelopeOf(error, context);
    return posted(signOn, failedResponse(responseEnvelopeOf(context, signOn), { codes, message }));
  }
}

function usableSession(context: EstsContext, { tenant, hint }: SignOn): SignInSession | undefined {
  const session = signInSessionOf(context);
  if (session === undefined || session.tenant.id !== tenant.id) return undefined;
  const isNamed = hint === undefined || hint.toLowerCase() === session.user.upn.toLowerCase();
  return isNamed ? session : undefined;
}

function succeed(context: EstsContext, signOn: SignOn, who: SignInSession): Page {
  refuseRepeated(context, signOn);
  const { app, tenant, saml, request } = signOn;
  const { settings, clock } = context;
  const envelope = responseEnvelopeOf(context, signOn);
  const audience = audienceOf(request?.issuer ?? saml.identifiers[0] ?? "");
  const format = requestedFormat(signOn);
  const assertionId = `_${context.random.fork(`assertion ${context.traceId}`).uuid()}`;
  const subject = subjectOf({ ...who, audience, format, responseId: envelope.responseId });
  const xml = signedResponse(
    envelope,
    {
      assertionId,
      audience,
      subject,
      ...validityFrom(clock.now(), {
        backdatedMinutes: settings.samlBackdatedMinutes,
        lifetimeMinutes: settings.samlLifetimeMinutes,
        confirmationMinutes: settings.samlConfirmationMinutes,
      }),
    },
    { sign: saml.sign, by: saml },
  );
  const { nameId, nameIdFormat } = subject;
  context.signedInApps.add(signInSessionId(context, who), {
    app,
    tenant,
    name: { nameId, nameIdFormat, sessionIndex: assertionId },
  });
  return { ...posted(signOn, xml), cookies: signInSessionCookies(context, who) };
}

/** That of the request; where it names none, that of the registration. */
function requestedFormat({ saml, request }: SignOn): string {
  const asked = request === undefined ? nameIdFormats.unspecified : nameIdFormatOf(request);
  return asked === nameIdFormats.unspecified && saml.nameIdFormat !== undefined
    ? nameIdFormats[saml.nameIdFormat]
    : asked;
}

function refuseRepeated(context: EstsContext, { app, request }: SignOn): void {
  if (request === undefined || context.settings.samlRepeatedRequests === "answer") return;
  const key = `${app.clientId} ${request.id}`;
  if (context.answeredRequests.has(key))
    throw new EstsError(75005, "The request was answered before.");
  context.answeredRequests.set(key, true);
}

function responseEnvelopeOf(context: EstsContext, { tenant, replyUrl, request }: SignOn): Envelope {
  return {
    responseId: `_${context.random.fork(`response ${context.traceId}`).uuid()}`,
    issuer: samlIssuerOf(context, tenant),
    destination: replyUrl,
    ...(request === undefined ? {} : { inResponseTo: request.id }),
    issuedAtMs: context.clock.now(),
  };
}

function posted({ replyUrl, relayState }: SignOn, xml: string): Page {
  const fields = { SAMLResponse: Buffer.from(xml).toString("base64"), RelayState: relayState };
  const inputs = Object.entries(fields).flatMap(([name, value]): PageField[] =>
    value === undefined ? [] : [{ name, type: "hidden", value }],
  );
  return { kind: "form-post", html: pageFormPost(replyUrl, inputs) };
}

/** The form names the app, so that the request with the password can be attributed to it. */
function pageFor(context: EstsContext, signOn: SignOn, error?: EstsError): Page {
  const { app, hint = "", fields } = signOn;
  return signInPage(context, {
    fields,
    hint,
    hidden: { appid: app.clientId },
    ...(error === undefined ? {} : { error }),
  });
}
