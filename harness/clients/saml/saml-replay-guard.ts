/**
 * The assertions that a service provider has accepted: none may be used twice while it is valid
 * (SAML 2.0 profiles, 4.1.4.5). node-saml leaves this check to its users.
 */

/** Remembers accepted assertions until they expire. */
export interface ReplayGuard {
  /** Accepts an assertion, times in ms since the Unix epoch; throws when it was accepted before. */
  admit(id: string, times: { readonly expiresAt: number; readonly nowMs: number }): void;
}

/** Creates a guard that has accepted nothing yet. */
export function createReplayGuard(): ReplayGuard {
  const accepted = new Map<string, number>();
  return {
    admit(id, { expiresAt, nowMs }) {
      for (const [other, untilMs] of accepted) if (untilMs <= nowMs) accepted.delete(other);
      if (id === "" || accepted.has(id)) throw new Error("the assertion was used before");
      accepted.set(id, expiresAt);
    },
  };
}
