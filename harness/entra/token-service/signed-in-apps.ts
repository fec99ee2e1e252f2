/** The apps of each browser's session at Entra that have registered where to learn of a sign-out. */
import type { AppRegistration, Tenant } from "../directory/world.ts";

/** By what a SAML app knows a person and their session. */
export interface NameOfPerson {
  readonly nameId: string;
  readonly nameIdFormat: string;
  readonly sessionIndex: string;
}

/** An app that a person has signed in to. */
export interface SignedInApp {
  readonly app: AppRegistration;
  readonly tenant: Tenant;
  /** How a SAML app knows the person. */
  readonly name?: NameOfPerson;
}

export interface SignedInApps {
  /** Remembers an app of a session; one without a logout URL is never notified. */
  add(sessionId: string, signedIn: SignedInApp): void;
  /** The apps of the session, in the order of the sign-ins, and forgets them. */
  take(sessionId: string): readonly SignedInApp[];
}

export function createSignedInApps(): SignedInApps {
  const sessions = new Map<string, Map<string, SignedInApp>>();
  return {
    add(sessionId, signedIn) {
      if (signedIn.app.logoutUrl === undefined) return;
      const apps = sessions.get(sessionId) ?? new Map<string, SignedInApp>();
      sessions.set(sessionId, apps.set(signedIn.app.clientId, signedIn));
    },
    take(sessionId) {
      const apps = sessions.get(sessionId);
      sessions.delete(sessionId);
      return [...(apps?.values() ?? [])];
    },
  };
}
