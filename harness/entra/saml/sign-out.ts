/**
 * SAML's single logout at `/{t}/saml2`: an app asks to end the session and gets its answer by
 * redirect, or answers a request of Entra's (`docs/sources.md#f1`). The name in a request is not
 * considered, as documented: a browser has one session here.
 */
import type { AppRegistration, SamlRegistration, Tenant } from "../directory/world.ts";
import { tenantOf, type EstsContext } from "../token-service/context.ts";
import { EstsError } from "../token-service/ests-error.ts";
import type { EstsReply } from "../token-service/ests-reply.ts";
import { page } from "../token-service/html-pages.ts";
import { endSession } from "../token-service/sign-out.ts";
import { parseMessage } from "./authn-request.ts";
import { logoutResponseAddress } from "./logout-message.ts";
import { messageInForm, messageInQuery, type RequestMessage } from "./request-message.ts";
import { bindings, namespaces } from "./saml-names.ts";
import { checkSigned } from "./signed-request.ts";
import { childrenOf, textOf } from "./xml.ts";

/** Whether a request to `/{t}/saml2` is about signing out; text that cannot be read is not. */
export function isSamlSignOut(context: EstsContext): boolean {
  if (context.described.parameters["SAMLResponse"] !== undefined) return true;
  try {
    return /<(?:[\w.-]+:)?LogoutRequest[\s>]/.test(messageOf(context).xml);
  } catch (error) {
    if (error instanceof EstsError) return false;
    throw error;
  }
}

/** The answer to a LogoutRequest, or to a LogoutResponse; throws errors that only a page may show: 75003, 75005, 76021, 700016. */
export function samlSignOut(
  context: EstsContext,
): Extract<EstsReply, { kind: "page" | "redirect" }> {
  const tenant = tenantOf(context);
  const message = messageOf(context);
  const root = parseMessage(message.xml);
  if (context.described.parameters["SAMLResponse"] !== undefined) {
    if (!isNamed(root, "LogoutResponse"))
      throw new EstsError(75005, "The message is not a LogoutResponse.");
    const html = page("You signed out", "The app has ended its session.");
    return { kind: "page", status: 200, html };
  }
  const isPosted = context.request.method === "POST";
  if (isPosted && context.settings.samlLogoutByPost === "refuse")
    throw new EstsError(75003, `Binding of a LogoutRequest: ${bindings.post}.`);
  const { id, ...from } = senderOf(tenant, checkedRoot(tenant, message, root));
  const { app } = from;
  const { relayState } = message;
  const answer = { requestId: id, ...(relayState === undefined ? {} : { relayState }) };
  const next =
    app.logoutUrl === undefined ? undefined : logoutResponseAddress(context, from, answer);
  return endSession(context, { exceptFor: app.clientId, ...(next === undefined ? {} : { next }) });
}

function messageOf({ request, described }: EstsContext): RequestMessage {
  return request.method === "POST"
    ? messageInForm(described.parameters)
    : messageInQuery(new URL(request.url).search.slice(1));
}

/** The request as its app signed it, where the app must sign requests. */
function checkedRoot(tenant: Tenant, message: RequestMessage, root: Element): Element {
  const { saml } = senderOf(tenant, root);
  return checkSigned(message, root, saml.requestCertificates);
}

interface Sender {
  readonly id: string;
  readonly tenant: Tenant;
  readonly app: AppRegistration;
  readonly saml: SamlRegistration;
}

function senderOf(tenant: Tenant, root: Element): Sender {
  const id = root.getAttribute("ID") ?? "";
  if (!isNamed(root, "LogoutRequest") || !/^[^\s\d][^\s]{0,255}$/.test(id))
    throw new EstsError(75005, "The message is not a LogoutRequest with a valid ID.");
  if (childrenOf(root, namespaces.assertion, "NameID").length !== 1)
    throw new EstsError(75005, "The LogoutRequest needs one NameID.");
  const issuer = textOf(childrenOf(root, namespaces.assertion, "Issuer")[0]);
  const app = tenant.apps.find(({ saml }) => saml?.identifiers.includes(issuer) ?? false);
  if (app?.saml === undefined) throw new EstsError(700016, `Application: ${issuer}.`);
  return { id, tenant, app, saml: app.saml };
}

function isNamed(root: Element, name: string): boolean {
  return root.namespaceURI === namespaces.protocol && root.localName === name;
}
