/**
 * The sessions that the backup observes at the token endpoint: each good reply to a user shows
 * the session behind its refresh token. A refresh token belongs to one app on one device, so
 * it stands for both.
 */
import { hash } from "node:crypto";
import type { StateStore } from "../../core/state-store.ts";
import type { Directory } from "../directory/directory.ts";
import type { EntraRequest } from "../request/endpoint.ts";
import { parseObject } from "../../core/http/json-object.ts";
import { scopeBeyond } from "./eligibility.ts";
import { type ObservedSession, observedSession, signedInAtMsOf } from "./observed-session.ts";

/** An observed session with what is needed to answer for it. */
export interface ObservedTokenSession extends ObservedSession {
  /** The last good reply, as JSON, on which those of the backup are modelled. */
  readonly reply: Readonly<Record<string, unknown>>;
}

export interface TokenSessionStore {
  /** Reads a good reply of the token endpoint; returns `undefined` for one without a user. */
  observe(described: EntraRequest, body: string, nowMs: number): ObservedSession | undefined;
  /** The session of a refresh token: its last reply with such scopes, else its last reply. */
  bySecret(
    refreshToken: string | undefined,
    scopes: readonly string[],
  ): ObservedTokenSession | undefined;
}

export function createTokenSessionStore(
  directory: Directory,
  state: StateStore,
): TokenSessionStore {
  // Newest first, one for each set of scopes: an app asks for one resource at a time.
  const sessions = state.map<readonly ObservedTokenSession[]>("backup token sessions");
  const keyOf = (refreshToken: string): string => hash("sha256", refreshToken, "base64url");
  const of = (refreshToken: string | undefined): readonly ObservedTokenSession[] =>
    refreshToken === undefined ? [] : (sessions.get(keyOf(refreshToken)) ?? []);

  return {
    observe(described, body, nowMs) {
      const reply = parseObject(body);
      const refreshToken = reply?.["refresh_token"];
      if (typeof refreshToken !== "string" || described.app === undefined) return undefined;
      const sent = described.parameters["refresh_token"];
      const [earlier] = of(sent);
      const recorded = observedSession(directory, reply?.["access_token"], {
        clientId: described.app,
        scopes: String(reply?.["scope"]).split(" "),
        lastSuccessAtMs: nowMs,
        signedInAtMs: signedInAtMsOf(reply?.["id_token"]) ?? earlier?.signedInAtMs ?? nowMs,
      });
      if (reply === undefined || recorded === undefined) return undefined;
      const session: ObservedTokenSession = { ...recorded, reply };
      // Stryker disable next-line MethodExpression: an older session of the same scopes is not found.
      const all = [session, ...of(sent).filter(({ scopes }) => !isSameSet(scopes, session.scopes))];
      // Both the token that was sent and the one that was issued stand for the device.
      for (const secret of [refreshToken, sent]) {
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

// Stryker disable ConditionalExpression,LogicalOperator,EqualityOperator: see its one caller.
function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return (
    scopeBeyond(some, { scopes: others }) === undefined &&
    scopeBeyond(others, { scopes: some }) === undefined
  );
}
