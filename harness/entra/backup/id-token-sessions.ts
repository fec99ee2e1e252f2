/**
 * What the backup learns of browsers: from each good answer of authorize that carries an id
 * token and nothing else, the session behind its cookie. A cookie stays with one browser,
 * so it stands for the device.
 */
import type { Directory } from "../directory/directory.ts";
import { claimsOf } from "../../core/http/json-object.ts";
import { type BrowserSessionStore, createSessionsByCookie } from "./sessions-by-cookie.ts";
import { type PostedForm, postedForm } from "./posted-form.ts";
import { type ObservedSession, observedSession, signedInAtMsOf } from "./observed-session.ts";

/** A browser's session with one app. */
export interface ObservedIdTokenSession extends ObservedSession {
  readonly idToken: string;
  readonly redirectUri: string;
  /** As the primary answered it; absent when the app did not ask. */
  readonly clientInfo?: string;
}

/** Sign-in asks for no more than these when it asks for an id token only. */
const ID_TOKEN_SCOPES = ["openid", "profile", "email", "offline_access"];

/** Reads replies of authorize and of the sign-in page that carry an id token and nothing else. */
export function createIdTokenSessionStore(
  directory: Directory,
): BrowserSessionStore<ObservedIdTokenSession> {
  const sessions = createSessionsByCookie<ObservedIdTokenSession>();

  return {
    observe(request, response, body, nowMs) {
      const answer = answerOf(response.headers.get("location"), body);
      const idToken = answer?.fields.get("id_token");
      if (answer === undefined || idToken === undefined || answer.fields.has("code")) {
        return undefined;
      }
      if (answer.fields.has("access_token")) return undefined;
      const clientId = String(claimsOf(idToken)?.["aud"]);
      const recorded = observedSession(directory, idToken, {
        clientId,
        scopes: ID_TOKEN_SCOPES,
        lastSuccessAtMs: nowMs,
        signedInAtMs: signedInAtMsOf(idToken) ?? nowMs,
      });
      if (recorded === undefined) return undefined;
      const clientInfo = answer.fields.get("client_info");
      const session = {
        ...recorded,
        idToken,
        redirectUri: answer.action,
        ...(clientInfo === undefined ? {} : { clientInfo }),
      };
      sessions.set(request, response, clientId, session);
      return session;
    },
    of: (request, clientId) => sessions.of(request, clientId),
  };
}

/** Where an answer goes and what it carries: in a fragment, or in a form that posts itself. */
function answerOf(location: string | null, html: string): PostedForm | undefined {
  if (location !== null && URL.canParse(location)) {
    const url = new URL(location);
    const fields = new Map(new URLSearchParams(url.hash.slice(1)));
    url.hash = "";
    return { action: url.href, fields };
  }
  return postedForm(html);
}
