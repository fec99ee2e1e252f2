/**
 * What the backup learns of SAML: from each good response of the primary, whoever began it,
 * the session of that browser with that app, and what was said of the person.
 */
import type { Directory } from "../directory/directory.ts";
import { attributeOf, readResponse, type ReadResponse } from "../saml/read-saml-response.ts";
import { audienceOf } from "../saml/saml-response.ts";
import { attributeNames } from "../saml/subject-claims.ts";
import { type BrowserSessionStore, createSessionsByCookie } from "./sessions-by-cookie.ts";
import { postedForm } from "./posted-form.ts";
import { type ObservedSession, observedSessionOf } from "./observed-session.ts";

/** A browser's session with a SAML app. */
export interface ObservedSamlSession extends ObservedSession {
  /** The last good response: the pattern of those that the backup gives. */
  readonly pattern: ReadResponse;
}

/** Reads replies that carry a good SAML response. */
export function createSamlSessionStore(
  directory: Directory,
): BrowserSessionStore<ObservedSamlSession> {
  const sessions = createSessionsByCookie<ObservedSamlSession>();
  return {
    observe(request, response, body, nowMs) {
      const encoded = postedForm(body)?.fields.get("SAMLResponse");
      if (encoded === undefined) return undefined;
      const pattern = readResponse(Buffer.from(encoded, "base64").toString("utf8"));
      if (pattern === undefined) return undefined;
      const tenantId = attributeOf(pattern.subject, attributeNames.tenantId) ?? "";
      const userId = attributeOf(pattern.subject, attributeNames.objectId) ?? "";
      const app = directory
        .tenant(tenantId)
        ?.apps.find(({ saml }) => saml?.identifiers.map(audienceOf).includes(pattern.audience));
      if (app === undefined) return undefined;
      const recorded = observedSessionOf(
        directory,
        { tenantId, userId },
        {
          clientId: app.clientId,
          scopes: [],
          lastSuccessAtMs: nowMs,
          signedInAtMs: pattern.subject.signedInAtMs,
        },
      );
      if (recorded === undefined) return undefined;
      sessions.set(request, response, app.clientId, { ...recorded, pattern });
      return recorded;
    },
    of: (request, clientId) => sessions.of(request, clientId),
  };
}
