/**
 * `/{t}/federationmetadata/2007-06/federationmetadata.xml?appid=`: the addresses for requests
 * and the certificate that signs for the app; without an app, the tenant's own. Address and
 * contents are unverified (`docs/sources.md#a1`); Entra's document is signed and has more in it.
 */
import { bindings, namespaces } from "./saml-names.ts";
import { escapeXml } from "./xml.ts";
import { tenantOf, type EstsContext } from "../token-service/context.ts";
import { EstsError } from "../token-service/ests-error.ts";
import { samlIssuerOf } from "./assertion-subject.ts";

/** The document as XML; throws 90002 for an unknown tenant and 700016 for an unknown app. */
export function federationMetadata(context: EstsContext): string {
  const tenant = tenantOf(context);
  const location = `${context.origin}/${tenant.id}/saml2`;
  const keys = certificatesOf(context).map(
    (certificate) =>
      `<KeyDescriptor use="signing"><KeyInfo xmlns="${namespaces.signature}"><X509Data><X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`,
  );
  const signOut = `<SingleLogoutService Binding="${bindings.redirect}" Location="${escapeXml(location)}"/>`;
  const services = [bindings.redirect, bindings.post].map(
    (binding) => `<SingleSignOnService Binding="${binding}" Location="${escapeXml(location)}"/>`,
  );
  const id = `_${context.random.fork(`metadata ${tenant.id}`).uuid()}`;
  return `<?xml version="1.0" encoding="utf-8"?><EntityDescriptor ID="${id}" entityID="${samlIssuerOf(context, tenant)}" xmlns="${namespaces.metadata}"><IDPSSODescriptor protocolSupportEnumeration="${namespaces.protocol}">${keys.join("")}${signOut}${services.join("")}</IDPSSODescriptor></EntityDescriptor>`;
}

/** Base64 of DER, as in XML Signature. */
function certificatesOf(context: EstsContext): readonly string[] {
  const clientId = context.described.parameters["appid"];
  if (clientId === undefined) return context.directory.publishedKeys().map(({ x5c }) => x5c);
  const app = context.directory.app(tenantOf(context), clientId);
  if (app?.saml === undefined) throw new EstsError(700016, `Application: ${clientId}.`);
  return [app.saml.certificate.replace(/-----[A-Z ]+-----|\s/g, "")];
}
