/**
 * Which app a person signs in to, and where the answer goes: from a request of the service
 * provider, or from a launch at Entra. An error found before the address is known to belong
 * to the app is shown as a page, because an answer would go to a foreign address.
 */
import type { AppRegistration, SamlRegistration, Tenant } from "../directory/world.ts";
import { checkSigned } from "./signed-request.ts";
import { tenantOf, type EstsContext } from "../token-service/context.ts";
import { EstsError } from "../token-service/ests-error.ts";
import { parseMessage, readAuthnRequest, type AuthnRequest } from "./authn-request.ts";
import { messageInForm, messageInQuery } from "./request-message.ts";

/** A sign-in whose answer may go to `replyUrl`. */
export interface SignOn {
  readonly tenant: Tenant;
  readonly app: AppRegistration;
  readonly saml: SamlRegistration;
  readonly replyUrl: string;
  /** Absent when the sign-in started at Entra. */
  readonly request?: AuthnRequest;
  readonly relayState?: string;
  readonly hint?: string;
  /** What the sign-in page carries in its form, to be read again. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The fields of a request to `/{t}/saml2` or to its launch address, as the sign-in page can carry them. */
export function fieldsOfRequest(context: EstsContext): Readonly<Record<string, string>> {
  const { request, described } = context;
  const url = new URL(request.url);
  const { appid, SAMLRequest, RelayState, login_hint: hint } = described.parameters;
  const present = (fields: Readonly<Record<string, string | undefined>>) =>
    Object.fromEntries(
      Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
    );
  if (/\/launch\/?$/i.test(url.pathname))
    return present({ saml: "launch", appid, RelayState, login_hint: hint });
  if (request.method === "POST")
    return present({ saml: "form", SAMLRequest, RelayState, login_hint: hint });
  return { saml: "query", query: url.search.slice(1) };
}

/**
 * The sign-in that the fields describe. Throws errors that only a page may show: 90002,
 * 700016, 50011, 750054, 75001, 75005, 76021, 76026.
 */
export function readSignOn(context: EstsContext, fields: Readonly<Record<string, string>>): SignOn {
  const tenant = tenantOf(context);
  if (fields["saml"] === "launch") return launch(context, tenant, fields);
  const message =
    fields["saml"] === "query" ? messageInQuery(fields["query"] ?? "") : messageInForm(fields);
  const root = parseMessage(message.xml);
  const read = readAuthnRequest(root);
  const app = tenant.apps.find(({ saml }) => saml?.identifiers.includes(read.issuer) ?? false);
  if (app?.saml === undefined) throw new EstsError(700016, `Application: ${read.issuer}.`);
  const signed = checkSigned(message, root, app.saml.requestCertificates);
  const request = signed === root ? read : readAuthnRequest(signed);
  checkAge(context, request);
  const { replyUrls } = app.saml;
  const replyUrl = request.replyUrl ?? replyUrls[0];
  if (replyUrl === undefined || !replyUrls.includes(replyUrl))
    throw new EstsError(50011, `Reply URL: ${replyUrl ?? ""}.`);
  const { relayState, hint } = message;
  return {
    tenant,
    app,
    saml: app.saml,
    replyUrl,
    request,
    ...(relayState === undefined ? {} : { relayState }),
    ...(hint === undefined ? {} : { hint }),
    fields,
  };
}

function launch(
  context: EstsContext,
  tenant: Tenant,
  fields: Readonly<Record<string, string>>,
): SignOn {
  const clientId = fields["appid"] ?? "";
  const app = context.directory.app(tenant, clientId);
  const replyUrl = app?.saml?.replyUrls[0];
  if (app?.saml === undefined || replyUrl === undefined)
    throw new EstsError(700016, `Application: ${clientId}.`);
  const relayState = fields["RelayState"] ?? app.saml.relayState;
  const hint = fields["login_hint"];
  return {
    tenant,
    app,
    saml: app.saml,
    replyUrl,
    ...(relayState === undefined ? {} : { relayState }),
    ...(hint === undefined ? {} : { hint }),
    fields,
  };
}

function checkAge({ settings, clock }: EstsContext, { issueInstant }: AuthnRequest): void {
  const { samlRequestAgeMinutesMax: minutesMax } = settings;
  if (minutesMax === "any") return;
  const ageMs = clock.now() - Date.parse(issueInstant);
  if (!(ageMs <= minutesMax * 60_000)) throw new EstsError(76026);
}
