/**
 * What the backup learns while the primary is well: from each good reply of the token
 * endpoint to a user, the session behind its refresh token. A refresh token stays with one
 * app on one device, so it stands for both.
 */
import { hash } from "node:crypto";
import type { Directory } from "../directory/directory.ts";
import type { EntraRequest } from "../request/endpoint.ts";
import { parseObject } from "../../core/http/json-object.ts";
import { scopeBeyond } from "./eligibility.ts";
import { type ObservedSession, observedSession, signedInAtMsOf } from "./observed-session.ts";

/** A session with what it takes to answer for it. */
export interface ObservedTokenSession extends ObservedSession {
  /** The last good reply, as JSON: the pattern of those that the backup gives. */
  readonly reply: Readonly<Record<string, unknown>>;
}

export interface TokenSessionStore {
  /** Reads a good reply of the token endpoint; passes over what is no user's, and then returns nothing. */
  observe(described: EntraRequest, body: string, nowMs: number): ObservedSession | undefined;
  /** The session of that token, by its last success with such scopes where it had one. */
  bySecret(
    refreshToken: string | undefined,
    scopes: readonly string[],
  ): ObservedTokenSession | undefined;
}

export function createTokenSessionStore(directory: Directory): TokenSessionStore {
  // Newest first, one for each set of scopes: an app asks for one resource at a time.
  const sessions = new Map<string, readonly ObservedTokenSession[]>();
  const keyOf = (refreshToken: string): string => hash("sha256", refreshToken, "base64url");
  const of = (refreshToken: string | undefined): readonly ObservedTokenSession[] =>
    refreshToken === undefined ? [] : (sessions.get(keyOf(refreshToken)) ?? []);

  return {
    observe(described, body, nowMs) {
      const reply = parseObject(body);
      const refreshToken = reply?.["refresh_token"];
      if (typeof refreshToken !== "string" || described.app === undefined) return undefined;
      const shown = described.parameters["refresh_token"];
      const [earlier] = of(shown);
      const recorded = observedSession(directory, reply?.["access_token"], {
        clientId: described.app,
        scopes: String(reply?.["scope"]).split(" "),
        lastSuccessAtMs: nowMs,
        signedInAtMs: signedInAtMsOf(reply?.["id_token"]) ?? earlier?.signedInAtMs ?? nowMs,
      });
      if (reply === undefined || recorded === undefined) return undefined;
      const session: ObservedTokenSession = { ...recorded, reply };
      const all = [
        session,
        ...of(shown).filter(({ scopes }) => !isSameSet(scopes, session.scopes)),
      ];
      // Both the token that was shown and the one that was given stand for the device.
      for (const secret of [refreshToken, shown]) {
        if (secret !== undefined) sessions.set(keyOf(secret), all);
      }
      return session;
    },
    bySecret(refreshToken, scopes) {
      const all = of(refreshToken);
      return all.find((session) => scopeBeyond(scopes, session) === undefined) ?? all[0];
    },
  };
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return (
    scopeBeyond(some, { scopes: others }) === undefined &&
    scopeBeyond(others, { scopes: some }) === undefined
  );
}
