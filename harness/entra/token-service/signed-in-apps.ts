/** The apps of each browser's session at Entra that have registered where to learn of a sign-out. */
import type { StateStore } from "../../core/state-store.ts";
import type { Directory } from "../directory/directory.ts";
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

/** An app of a session, as it is kept. */
interface KeptApp extends Pick<SignedInApp, "name"> {
  readonly clientId: string;
  readonly tenantId: string;
}

export function createSignedInApps(
  directory: Pick<Directory, "tenant" | "app">,
  state: StateStore,
): SignedInApps {
  const sessions = state.map<readonly KeptApp[]>("signed-in apps");
  return {
    add(sessionId, { app, tenant, name }) {
      if (app.logoutUrl === undefined) return;
      const added = {
        clientId: app.clientId,
        tenantId: tenant.id,
        ...(name === undefined ? {} : { name }),
      };
      const known = sessions.get(sessionId) ?? [];
      const isKnown = known.some(({ clientId }) => clientId === app.clientId);
      const apps = isKnown
        ? known.map((other) => (other.clientId === app.clientId ? added : other))
        : [...known, added];
      sessions.set(sessionId, apps);
    },
    take(sessionId) {
      const apps = sessions.get(sessionId) ?? [];
      sessions.delete(sessionId);
      return apps.flatMap(({ clientId, tenantId, ...named }) => {
        const tenant = directory.tenant(tenantId);
        const app = tenant === undefined ? undefined : directory.app(tenant, clientId);
        return tenant === undefined || app === undefined ? [] : [{ app, tenant, ...named }];
      });
    },
  };
}
