/**
 * What the backup learns of browsers: from each good answer of authorize that carries an id
 * token and nothing else, the session behind its cookie. A cookie stays with one browser,
 * so it stands for the device.
 */
import { hash } from "node:crypto";
import type { Directory } from "../directory/directory.ts";
import { claimsOf } from "../http/json-object.ts";
import type { RecordedSession } from "./eligibility.ts";
import { recordedSession } from "./recorded.ts";

/** A browser's session with one app. */
export interface BrowserSession extends RecordedSession {
  readonly idToken: string;
  readonly redirectUri: string;
}

/** Sign-in asks for no more than these when it asks for an id token only. */
const ID_TOKEN_SCOPES = ["openid", "profile", "email", "offline_access"];

export interface BrowserSessionStore {
  /** Reads a reply of authorize or of the sign-in page; passes over what carries no id token, and then returns nothing. */
  observe(
    request: Request,
    response: Response,
    body: string,
    nowMs: number,
  ): RecordedSession | undefined;
  /** The session of the browser that sends this request with that app. */
  of(request: Request, clientId: string): BrowserSession | undefined;
}

export function createBrowserSessionStore(directory: Directory): BrowserSessionStore {
  const sessions = new Map<string, BrowserSession>();
  const keyOf = (cookie: string, clientId: string): string =>
    hash("sha256", `${cookie} ${clientId}`, "base64url");

  return {
    observe(request, response, body, nowMs) {
      const answer = answerOf(response.headers.get("location"), body);
      const idToken = answer?.fields.get("id_token");
      if (answer === undefined || idToken === undefined || answer.fields.has("code")) {
        return undefined;
      }
      if (answer.fields.has("access_token")) return undefined;
      const clientId = String(claimsOf(idToken)?.["aud"]);
      const recorded = recordedSession(directory, idToken, {
        clientId,
        scopes: ID_TOKEN_SCOPES,
        lastSuccessAtMs: nowMs,
      });
      if (recorded === undefined) return undefined;
      const { redirectUri } = answer;
      const session: BrowserSession = { ...recorded, idToken, redirectUri };
      const given = response.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
      for (const cookie of [...given, ...cookiesOf(request)].filter(isOfSession)) {
        sessions.set(keyOf(cookie, clientId), session);
      }
      return session;
    },
    of: (request, clientId) =>
      cookiesOf(request)
        .filter(isOfSession)
        .map((cookie) => sessions.get(keyOf(cookie, clientId)))
        .find((session) => session !== undefined),
  };
}

function cookiesOf(request: Request): string[] {
  return (request.headers.get("cookie") ?? "").split(/;\s*/);
}

function isOfSession(cookie: string): boolean {
  return cookie.startsWith("ESTSAUTH=") && cookie !== "ESTSAUTH=";
}

/** Where an answer goes and what it carries: in a fragment, or in a form that posts itself. */
function answerOf(
  location: string | null,
  html: string,
): { readonly redirectUri: string; readonly fields: ReadonlyMap<string, string> } | undefined {
  if (location !== null && URL.canParse(location)) {
    const url = new URL(location);
    const fields = new Map(new URLSearchParams(url.hash.slice(1)));
    url.hash = "";
    return { redirectUri: url.href, fields };
  }
  const [, action] = /<form method="post" action="([^"]+)">/.exec(html) ?? [];
  if (action === undefined) return undefined;
  const inputs = [...html.matchAll(/<input name="([^"]+)" type="hidden" value="([^"]*)">/g)];
  return {
    redirectUri: action.replaceAll("&amp;", "&"),
    fields: new Map(inputs.map(([, name = "", value = ""]) => [name, value])),
  };
}
