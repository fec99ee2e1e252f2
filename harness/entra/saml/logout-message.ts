/** Writes the messages of SAML's single logout, and signs them in the query of a redirect as Entra does (`docs/sources.md#f1`). */
import { createSign } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import type { AppRegistration, SamlRegistration, Tenant } from "../directory/world.ts";
import type { EstsContext } from "../token-service/context.ts";
import type { NameOfPerson } from "../token-service/signed-in-apps.ts";
import { samlIssuerOf } from "./assertion-subject.ts";
import { algorithms, namespaces, STATUS_PREFIX } from "./saml-names.ts";
import { escapeXml } from "./xml.ts";

/** The app that a message is for. */
interface Receiver {
  readonly app: AppRegistration;
  readonly saml: SamlRegistration;
  readonly tenant: Tenant;
}

/** The address with a LogoutRequest: the person has signed out at Entra or in another app. */
export function logoutRequestAddress(
  context: EstsContext,
  { name, ...to }: Receiver & { readonly name: NameOfPerson },
): string {
  const inside = `<NameID Format="${escapeXml(name.nameIdFormat)}" xmlns="${namespaces.assertion}">${escapeXml(name.nameId)}</NameID><samlp:SessionIndex>${escapeXml(name.sessionIndex)}</samlp:SessionIndex>`;
  const xml = message(context, to, { element: "LogoutRequest", inside });
  return signedAddress(to, { field: "SAMLRequest", xml });
}

/** The address with the answer to a LogoutRequest of the app. */
export function logoutResponseAddress(
  context: EstsContext,
  to: Receiver,
  { requestId, relayState }: { readonly requestId: string; readonly relayState?: string },
): string {
  const inside = `<samlp:Status><samlp:StatusCode Value="${STATUS_PREFIX}Success"/></samlp:Status>`;
  const attributes = ` InResponseTo="${escapeXml(requestId)}"`;
  const xml = message(context, to, { element: "LogoutResponse", inside, attributes });
  return signedAddress(to, { field: "SAMLResponse", xml, relayState });
}

function message(
  context: EstsContext,
  { app, tenant }: Receiver,
  {
    element,
    inside,
    attributes = "",
  }: {
    readonly element: "LogoutRequest" | "LogoutResponse";
    readonly inside: string;
    readonly attributes?: string;
  },
): string {
  const id = `_${context.random.fork(`${element} ${app.clientId} ${context.traceId}`).uuid()}`;
  const instant = new Date(context.clock.now()).toISOString();
  const destination = escapeXml(app.logoutUrl ?? "");
  return `<samlp:${element} ID="${id}" Version="2.0" IssueInstant="${instant}" Destination="${destination}"${attributes} xmlns:samlp="${namespaces.protocol}"><Issuer xmlns="${namespaces.assertion}">${escapeXml(samlIssuerOf(context, tenant))}</Issuer>${inside}</samlp:${element}>`;
}

function signedAddress(
  { app, saml }: Receiver,
  {
    field,
    xml,
    relayState,
  }: {
    readonly field: "SAMLRequest" | "SAMLResponse";
    readonly xml: string;
    readonly relayState?: string | undefined;
  },
): string {
  const fields = {
    [field]: deflateRawSync(xml).toString("base64"),
    ...(relayState === undefined ? {} : { RelayState: relayState }),
    SigAlg: algorithms.rsaSha256,
  };
  const signed = queryOf(fields);
  const value = createSign("RSA-SHA256").update(signed).sign(saml.privateKey, "base64");
  const query = `${signed}&${queryOf({ Signature: value })}`;
  const address = app.logoutUrl ?? "";
  return `${address}${address.includes("?") ? "&" : "?"}${query}`;
}

/** Entra writes escapes in lower case and signs them so: who encodes the fields again gets another text. */
function queryOf(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&")
    .replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
}
