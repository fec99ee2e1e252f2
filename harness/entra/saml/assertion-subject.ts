/** The subject of an assertion of the primary, for a person who signed in by password (`docs/sources.md#f1`). */
import { hash } from "node:crypto";
import type { Tenant, User } from "../directory/world.ts";
import { attributeNames, CONTEXT_PREFIX, nameIdFormats, PASSWORD_METHOD } from "./saml-names.ts";
import type { SamlAttribute, SamlSubject } from "./saml-response.ts";
import type { EstsContext } from "../token-service/context.ts";

/** Who signed in, and to what. */
export interface SubjectParts {
  readonly tenant: Tenant;
  readonly user: User;
  readonly signedInAtMs: number;
  readonly audience: string;
  /** The requested format; for `unspecified` the name is persistent and specific to the app. */
  readonly format: string;
  /** The seed of a transient name, so that each response has another one. */
  readonly responseId: string;
}

export function subjectOf(parts: SubjectParts): SamlSubject {
  const { format, signedInAtMs } = parts;
  const isUnspecified = format === nameIdFormats.unspecified;
  return {
    nameId: nameIdOf(parts),
    nameIdFormat: isUnspecified ? nameIdFormats.persistent : format,
    attributes: attributesOf(parts),
    signedInAtMs,
    contextClass: `${CONTEXT_PREFIX}Password`,
  };
}

/** The issuer of assertions. Documents and samples name two hosts (I.8), so it is a setting. */
export function samlIssuerOf(
  { settings }: Pick<EstsContext, "settings">,
  { id }: Pick<Tenant, "id">,
): string {
  return `https://${settings.samlIssuerHost}/${id}/`;
}

function nameIdOf({ user, audience, format, responseId }: SubjectParts): string {
  if (format === nameIdFormats.emailAddress) return user.upn;
  if (format === nameIdFormats.transient)
    return hash("sha256", `transient ${responseId}`, "base64url");
  return hash("sha256", `pairwise ${user.id} ${audience}`, "base64url");
}

/** Groups and roles are left out: an app must be configured to get them. */
function attributesOf({ tenant, user }: SubjectParts): readonly SamlAttribute[] {
  const [given = "", ...rest] = user.name.split(" ");
  const home = user.homeTenant ?? tenant.id;
  const values: readonly (readonly [string, string])[] = [
    [attributeNames.tenantId, tenant.id],
    [attributeNames.objectId, user.id],
    [attributeNames.displayName, user.name],
    [attributeNames.identityProvider, `https://sts.windows.net/${home}/`],
    [attributeNames.methods, PASSWORD_METHOD],
    [attributeNames.givenName, given],
    [attributeNames.surname, rest.join(" ")],
    [attributeNames.emailAddress, user.upn],
    [attributeNames.name, user.upn],
  ];
  return values
    .filter(([, value]) => value !== "")
    .map(([name, value]) => ({ name, values: [value] }));
}
