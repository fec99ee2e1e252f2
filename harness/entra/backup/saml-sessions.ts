/**
 * The sessions that the backup observes in SAML responses: each good response of the primary,
 * with or without a request of the service provider, shows the browser's session with the app.
 */
import type { StateStore } from "../../core/state-store.ts";
import type { Directory } from "../directory/directory.ts";
import { attributeOf, readResponse, type ReadResponse } from "../saml/read-saml-response.ts";
import { audienceOf } from "../saml/saml-response.ts";
import { attributeNames } from "../saml/saml-names.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";
import { type BrowserSessionStore, createSessionsByCookie } from "./sessions-by-cookie.ts";
import { postedForm } from "./posted-form.ts";
import { type ObservedSession, observedSessionOf } from "./observed-session.ts";

/** A browser's session with a SAML app. */
export interface ObservedSamlSession extends ObservedSession {
  /** The last good response, on which those of the backup are modelled. */
  readonly pattern: ReadResponse;
}

/** Observes replies that carry a good SAML response. */
export function createSamlSessionStore(
  directory: Directory,
  state: StateStore,
  by: ServiceSettings["backupBrowserCookie"],
): BrowserSessionStore<ObservedSamlSession> {
  const sessions = createSessionsByCookie<ObservedSamlSession>("backup SAML sessions", state, by);
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
