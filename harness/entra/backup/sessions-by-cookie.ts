/**
 * Keeps one entry for each browser and app, under the cookies of the sign-in session: the one
 * that the browser sent and the one that it got. A cookie belongs to one browser, so it
 * stands for the device.
 */
import { hash } from "node:crypto";
import type { StateStore } from "../../core/state-store.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";
import type { ObservedSession } from "./observed-session.ts";

/** The sessions of browsers that the backup observes; one store for each protocol. */
export interface BrowserSessionStore<Session extends ObservedSession> {
  /** Reads a reply to a browser; returns `undefined` for one that signs no one in. */
  observe(
    request: Request,
    response: Response,
    body: string,
    nowMs: number,
  ): ObservedSession | undefined;
  /** The session of the browser that sends this request with that app. */
  of(request: Request, clientId: string): Session | undefined;
}

export interface SessionsByCookie<Entry> {
  /** Keeps an entry for the browser of this exchange and that app. */
  set(request: Request, response: Response, clientId: string, entry: Entry): void;
  /** The entry of the browser that sends this request with that app. */
  of(request: Request, clientId: string): Entry | undefined;
}

/** Creates it; `name` distinguishes it from others in `state`. */
export function createSessionsByCookie<Entry>(
  name: string,
  state: StateStore,
  by: ServiceSettings["backupBrowserCookie"] = "session",
): SessionsByCookie<Entry> {
  const isOfSession = (cookie: string): boolean => MARKS[by].test(cookie);
  const entries = state.map<Entry>(name);
  // Cookies are secret, so only their hashes are kept.
  const keyOf = (cookie: string, clientId: string): string =>
    hash("sha256", `${cookie} ${clientId}`, "base64url");

  return {
    set(request, response, clientId, entry) {
      const issued = response.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
      for (const cookie of [...issued, ...cookiesOf(request)].filter(isOfSession)) {
        entries.set(keyOf(cookie, clientId), entry);
      }
    },
    of: (request, clientId) =>
      cookiesOf(request)
        .filter(() => isOffered(request, by))
        .filter(isOfSession)
        .map((cookie) => entries.get(keyOf(cookie, clientId)))
        .find((entry) => entry !== undefined),
  };
}

function cookiesOf(request: Request): string[] {
  return (request.headers.get("cookie") ?? "").split(/;\s*/);
}

const MARKS = { session: /^ESTSAUTH(?:PERSISTENT)?=./, CCState: /^CCState=./ } as const;

/** Whether the gateway offers a request of a browser to the backup: by `CcsWeb`, where that is planted. */
function isOffered(request: Request, by: ServiceSettings["backupBrowserCookie"]): boolean {
  return by === "session" || cookiesOf(request).some((cookie) => /^CcsWeb=./.test(cookie));
}
