/**
 * The assertions that a service provider has taken: none may be brought twice while it is
 * valid (SAML 2.0 profiles, 4.1.4.5). node-saml leaves these books to whoever uses it.
 */

export interface ReplayGuard {
  /** Books an assertion, times in ms since the Unix epoch; throws when it was booked before. */
  admit(id: string, times: { readonly expiresAt: number; readonly nowMs: number }): void;
}

export function createReplayGuard(): ReplayGuard {
  const taken = new Map<string, number>();
  return {
    admit(id, { expiresAt, nowMs }) {
      for (const [other, untilMs] of taken) if (untilMs <= nowMs) taken.delete(other);
      if (id === "" || taken.has(id)) throw new Error("the assertion was taken before");
      taken.set(id, expiresAt);
    },
  };
}
