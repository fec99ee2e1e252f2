/**
 * The facts, for the rules, in a page that posts a SAML response to an app: which user it signs in
 * and for how long, or why it does not. The response is read and not verified, which is the task
 * of the app.
 */
import type { IssuedFacts, WireError } from "./event.ts";
import { fingerprint } from "./redact.ts";

/** The facts in an HTML page; empty when it has no SAML response. The whole field is the token. */
export function factsOfSamlPage(html: string): {
  readonly error?: WireError;
  readonly issued?: IssuedFacts;
} {
  const inputs = html.match(/<input\b[^>]*>/gi) ?? [];
  const input = inputs.find((tag) => /\bname\s*=\s*["']SAMLResponse["']/i.test(tag));
  const [, value] = /\bvalue\s*=\s*["']([^"']*)["']/i.exec(input ?? "") ?? [];
  if (value === undefined || value === "") return {};
  const xml = Buffer.from(value, "base64").toString("utf8");
  const [, end] = /<(?:\w+:)?Conditions\b[^>]*\bNotOnOrAfter="([^"]+)"/.exec(xml) ?? [];
  if (end === undefined) return { error: errorIn(xml) };
  const expiresAt = Date.parse(end);
  const [objectId, tenantId] = ["objectidentifier", "tenantid"].map((name) => claimIn(xml, name));
  return {
    issued: {
      ...(Number.isNaN(expiresAt)
        ? {}
        : { token: { accessToken: fingerprint("at", value), expiresAt } }),
      ...(objectId === undefined || tenantId === undefined
        ? {}
        : { user: `${objectId}.${tenantId}` }),
    },
  };
}

function errorIn(xml: string): WireError {
  const statuses = [...xml.matchAll(/<(?:\w+:)?StatusCode\b[^>]*\bValue="[^"]*:(\w+)"/g)];
  const [, code] = /\bAADSTS(\d+)/.exec(xml) ?? [];
  return {
    error: statuses.at(-1)?.[1] ?? "saml_status",
    codes: code === undefined ? [] : [Number(code)],
  };
}

function claimIn(xml: string, name: string): string | undefined {
  const claim = new RegExp(
    `Name="http://schemas\\.microsoft\\.com/identity/claims/${name}"[^>]*>\\s*<(?:\\w+:)?AttributeValue[^>]*>([^<]*)<`,
  );
  return claim.exec(xml)?.[1];
}
