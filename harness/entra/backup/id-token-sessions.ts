/**
 * The sessions that the backup observes at the authorize endpoint: each good answer with an
 * id token and nothing else shows the session behind its cookie. A cookie belongs to one
 * browser, so it stands for the device.
 */
import type { StateStore } from "../../core/state-store.ts";
import type { Directory } from "../directory/directory.ts";
import { claimsOf } from "../../core/http/json-object.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";
import { type BrowserSessionStore, createSessionsByCookie } from "./sessions-by-cookie.ts";
import { type PostedForm, postedForm } from "./posted-form.ts";
import { type ObservedSession, observedSession, signedInAtMsOf } from "./observed-session.ts";

/** A browser's session with one app. */
export interface ObservedIdTokenSession extends ObservedSession {
  readonly idToken: string;
  readonly redirectUri: string;
  /** As the primary sent it; absent when the app did not ask for it. */
  readonly clientInfo?: string;
}

/** The scopes that a sign-in with only an id token can have. */
const ID_TOKEN_SCOPES = ["openid", "profile", "email", "offline_access"];

/** Observes answers of authorize and of the sign-in page that carry an id token and nothing else. */
export function createIdTokenSessionStore(
  directory: Directory,
  state: StateStore,
  by: ServiceSettings["backupBrowserCookie"],
): BrowserSessionStore<ObservedIdTokenSession> {
  const sessions = createSessionsByCookie<ObservedIdTokenSession>(
    "backup id token sessions",
    state,
    by,
  );

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

/** The target and fields of an answer: in a fragment, or in a form that posts itself. */
function answerOf(location: string | null, html: string): PostedForm | undefined {
  if (location !== null && URL.canParse(location)) {
    const url = new URL(location);
    const fields = new Map(new URLSearchParams(url.hash.slice(1)));
    url.hash = "";
    return { action: url.href, fields };
  }
  return postedForm(html);
}
