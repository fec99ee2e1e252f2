/**
 * The dated texts of what the backup authentication system covers, as data. Microsoft's
 * articles changed over the years, and the answer to "is my app protected?" depends on the
 * text. An announced date never enables a flow: only a later text does.
 * Source: `docs/sources.md#d4`.
 */

import { type EditionId, editionIds } from "../directory/edition-ids.ts";

export { type EditionId, editionIds };

export const newestEdition: EditionId = "2026-03";

/** What an application does at the token service, as far as the texts distinguish flows. */
export const flowKinds = [
  "native-refresh",
  "spa-implicit-id-token",
  "spa-code",
  "web-id-token",
  "web-code",
  "on-behalf-of",
  "device-code",
  "password",
  "client-credentials",
  "managed-identity",
  "saml-idp-initiated",
  "saml-sp-initiated",
] as const;

export type FlowKind = (typeof flowKinds)[number];

/** The rows of the table of who is served: the flows, and UserInfo, which an app must not rely on. */
export const rowFlows = [...flowKinds, "userinfo"] as const;

export type RowFlow = (typeof rowFlows)[number];

export const clouds = [
  "commercial",
  "government",
  "government-secret",
  "government-top-secret",
  "21vianet",
] as const;

export type Cloud = (typeof clouds)[number];

/** The articles, by their subject. */
export type DocumentName = "applications" | "system" | "resilience-defaults";

/** What a text says of one flow. */
export interface FlowProtection {
  readonly status: "protected" | "not" | "never";
  /** In our own words. */
  readonly says: string;
  /** Year and month for which the text announced protection; has no effect. */
  readonly announcedFor?: string;
  readonly document: DocumentName;
}

/** What a text says of one cloud. */
export interface CloudProtection {
  /** Hosts under which users are served; empty when none is named. */
  readonly hosts: readonly string[];
  readonly users: boolean;
  readonly managedIdentities: boolean;
  readonly says: string;
}

export interface Edition {
  readonly id: EditionId;
  readonly title: string;
  readonly flows: Readonly<Record<FlowKind, FlowProtection>>;
  readonly clouds: Readonly<Record<Cloud, CloudProtection>>;
  /** Whether the text says to certificate users that revocation lists are not fetched again (E11). */
  readonly revocationLists: "silent" | "not fresh";
  /** Whether classic Conditional Access policies still exist and reduce the backup's coverage. */
  readonly classicPolicies: "reduce resilience" | "ended";
}

const ARTICLES: Readonly<Record<DocumentName, string>> = {
  applications: "https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps",
  system: "https://learn.microsoft.com/entra/architecture/backup-authentication-system",
  "resilience-defaults":
    "https://learn.microsoft.com/entra/identity/conditional-access/resilience-defaults",
};

/** The address of an article. */
export function articleOf(document: DocumentName): string {
  return ARTICLES[document];
}

const june2023: Edition = {
  id: "2023-06",
  title: "the articles of June 2023, with their announced dates",
  flows: {
    "native-refresh": served(
      "Native apps that keep their token cache for three days and ask silently are protected.",
    ),
    "spa-implicit-id-token": served(
      "Single-page apps are protected when they ask for id tokens only, by the implicit grant.",
    ),
    "spa-code": notServed("Authorization code with PKCE is not supported for single-page apps."),
    "web-id-token": served(
      "Web apps that sign in with OpenID Connect and use only id tokens are protected.",
      "system",
    ),
    "web-code": {
      ...notServed(
        "Confidential clients with authorization code and refresh tokens are not supported yet.",
      ),
      announcedFor: "2024-09",
    },
    "on-behalf-of": notServed("On-behalf-of is to be protected one day, without a date."),
    "device-code": notServed("The device authorization grant is not supported."),
    password: {
      status: "never",
      says: "The resource owner password grant will not be supported for any client.",
      document: "applications",
    },
    "client-credentials": {
      ...notServed("Service principals with client credentials are not supported yet."),
      announcedFor: "2024-12",
    },
    "managed-identity": served("Managed identities, system- and user-assigned, are protected."),
    "saml-idp-initiated": served("SAML started by the identity provider is protected."),
    "saml-sp-initiated": {
      ...notServed("SAML started by the service provider is not supported yet."),
      announcedFor: "2024-03",
    },
  },
  clouds: {
    commercial: cloud(
      ["login.microsoftonline.com"],
      "both",
      "Commercial: users and managed identities.",
    ),
    government: cloud(
      ["login.microsoftonline.us"],
      "both",
      "Government: users and managed identities.",
    ),
    "government-secret": cloud([], "managed identities", "Government Secret: managed identities."),
    "government-top-secret": cloud(
      [],
      "managed identities",
      "Government Top Secret: managed identities.",
    ),
    "21vianet": cloud([], "none", "Operated by 21Vianet: not available."),
  },
  revocationLists: "silent",
  classicPolicies: "reduce resilience",
};

const early2024: Edition = {
  ...june2023,
  id: "2024-01",
  title: "the application article by early 2024, still dated 2023: the announced dates are gone",
  flows: {
    ...june2023.flows,
    "web-code": notServed(
      "Confidential clients with authorization code and refresh tokens are not supported.",
    ),
    "on-behalf-of": notServed("On-behalf-of is not supported."),
    "client-credentials": notServed(
      "Service principals with client credentials are not supported until the protection becomes available.",
    ),
    "saml-sp-initiated": notServed("SAML started by the service provider is not supported."),
  },
};

const may2024: Edition = {
  ...early2024,
  id: "2024-05",
  title: "the application article of May 2024: its date is new, its rules are not",
};

const july2025: Edition = {
  ...may2024,
  id: "2025-07",
  title: "the articles of July 2025: more clouds",
  clouds: {
    ...may2024.clouds,
    "government-secret": cloud(
      [],
      "both",
      "Government Secret: users and managed identities; no host is named.",
    ),
    "government-top-secret": cloud(
      [],
      "both",
      "Government Top Secret: users and managed identities; no host is named.",
    ),
    "21vianet": cloud(
      ["login.partner.microsoftonline.cn"],
      "managed identities",
      "Operated by 21Vianet: managed identities by the table, though the sentence above it excludes the cloud.",
    ),
  },
};

const late2025: Edition = {
  ...july2025,
  id: "2025-08",
  title: "the system article, amended some time after July 2025: revocation lists of certificates",
  revocationLists: "not fresh",
};

const march2026: Edition = {
  ...late2025,
  id: "2026-03",
  title: "the articles of March 2026: classic policies have ended",
  classicPolicies: "ended",
};

const editions: Readonly<Record<EditionId, Edition>> = {
  "2023-06": june2023,
  "2024-01": early2024,
  "2024-05": may2024,
  "2025-07": july2025,
  "2025-08": late2025,
  "2026-03": march2026,
};

/** UserInfo is not a flow, and no text has changed its row. */
const userInfo = notServed("UserInfo is not to be relied on: the id token has the same claims.");

/** What an edition says about a row. */
export function promiseOf(row: RowFlow, edition: EditionId): FlowProtection {
  return row === "userinfo" ? userInfo : editionOf(edition).flows[row];
}

/** The edition of that date. */
export function editionOf(id: EditionId): Edition {
  return editions[id];
}

function served(says: string, document: DocumentName = "applications"): FlowProtection {
  return { status: "protected", says, document };
}

function notServed(says: string): FlowProtection {
  return { status: "not", says, document: "applications" };
}

function cloud(
  hosts: readonly string[],
  covered: "both" | "managed identities" | "none",
  says: string,
): CloudProtection {
  return { hosts, users: covered === "both", managedIdentities: covered !== "none", says };
}
