/** What an app that signs its users in by SAML is configured with. */
import { HarnessError } from "../../core/errors.ts";
import type { AppRegistration, SamlRegistration, Tenant, World } from "../directory/world.ts";
import { audienceOf } from "./saml-response.ts";

/**
 * The configuration of a service provider, by the names that `@node-saml/node-saml` and
 * `passport-saml` have for it.
 *
 * @example
 * const { entryPoint, issuer, idpCert }: SamlSettings = samlSettings(world, "expenses");
 */
export interface SamlSettings {
  /** Where requests are sent. */
  readonly entryPoint: string;
  /** Entity id of the app, its first identifier. */
  readonly issuer: string;
  /** What assertions are for: the entity id, with `spn:` before a bare name. */
  readonly audience: string;
  /** The app's assertion consumer service, its first reply URL. */
  readonly callbackUrl: string;
  /** Entra's signing certificate for the app, PEM. */
  readonly idpCert: string;
  readonly wantAssertionsSigned: boolean;
  readonly wantAuthnResponseSigned: boolean;
  /** Issuer of Entra's answers: its own entity id. */
  readonly idpIssuer: string;
  /** Where Entra's metadata for the app are. */
  readonly metadataUrl: string;
}

/**
 * The configuration of an app of the world that signs its users in by SAML. Without a name, that
 * of the only one.
 *
 * @param name Name or client id of the app; default: the one app that has a SAML part.
 * @throws HarnessError `unknown-name` when the world has no such app, or several and no name is given
 * @example
 * import { Strategy } from "@node-saml/passport-saml";
 *
 * passport.use(new Strategy({ ...samlSettings(world) }, signOn, signOut));
 */
export function samlSettings(world: World, name?: string): SamlSettings {
  const { tenant, app, saml } = find(world, name);
  const origin = `https://${LOGIN_HOST}/${tenant.id}`;
  return {
    ...providerSettings(saml),
    entryPoint: `${origin}/saml2`,
    idpIssuer: `https://${world.settings.samlIssuerHost}/${tenant.id}/`,
    metadataUrl: `${origin}/federationmetadata/2007-06/federationmetadata.xml?appid=${app.clientId}`,
  };
}

/** The part of the configuration that is the registration's own. */
export function providerSettings(
  saml: SamlRegistration,
): Omit<SamlSettings, "entryPoint" | "idpIssuer" | "metadataUrl"> {
  const [issuer = ""] = saml.identifiers;
  return {
    issuer,
    audience: audienceOf(issuer),
    callbackUrl: saml.replyUrls[0] ?? "",
    idpCert: saml.certificate,
    // By default Entra signs only the assertion (`docs/sources.md#f3`).
    wantAssertionsSigned: saml.sign !== "response",
    wantAuthnResponseSigned: saml.sign !== "assertion",
  };
}

const LOGIN_HOST = "login.microsoftonline.com";

interface Found {
  readonly tenant: Tenant;
  readonly app: AppRegistration;
  readonly saml: SamlRegistration;
}

function find({ tenants }: World, name: string | undefined): Found {
  const all = tenants.flatMap((tenant) =>
    tenant.apps.flatMap((app) => (app.saml === undefined ? [] : [{ tenant, app, saml: app.saml }])),
  );
  const fitting = all.filter(
    ({ app }) => name === undefined || app.name === name || app.clientId === name,
  );
  const [only] = fitting;
  if (only !== undefined && (fitting.length === 1 || name !== undefined)) return only;
  const expected = name === undefined ? "the name of one app" : `an app that signs in by SAML`;
  const got = name === undefined ? "none" : `"${name}"`;
  const names = all.map(({ app }) => app.name);
  throw new HarnessError("unknown-name", `expected ${expected}, got ${got}`, {
    place: "samlSettings",
    hint:
      names.length === 0
        ? "Give an app of the world saml: { identifiers, replyUrls }."
        : `The world has ${names.join(", ")}.`,
  });
}
