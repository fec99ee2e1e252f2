/**
 * What each fault site is, in one table: which requests pass it, what these can name, and whose
 * answers a fault imitates there. Validation, error answers and readers of histories use it.
 */
import { type Endpoint, endpoints } from "../entra/request/endpoint.ts";
import type { CorsHeaders, FaultSite, FaultSlice } from "./plan.ts";

/** What holds for a site. */
export interface SiteTraits {
  /** The endpoints whose requests pass here. */
  readonly endpoints: readonly Endpoint[];
  /** Fields of a slice that nothing here names: a window with one would take no request. */
  readonly unnamed: readonly (keyof FaultSlice)[];
  /** Whose answers a fault imitates: those of ESTS with its own headers, or those of something else. */
  readonly answersAs: "ests" | "other";
  /** Whether error answers have CORS headers by default. Those of the real gateway are not known. */
  readonly cors: CorsHeaders;
}

/** UserInfo is an API of Microsoft Graph. */
const ofApis: readonly Endpoint[] = ["resource", "userinfo"];
const ofNetwork = endpoints.filter((endpoint) => endpoint !== "managed-identity");
const ofEntra = ofNetwork.filter((endpoint) => !ofApis.includes(endpoint));

const everyField = ["tenant", "user", "grant", "app", "host", "region"] as const;

/** Every site by its name. A site that is missing here does not compile. */
export const siteTraits: Readonly<Record<FaultSite, SiteTraits>> = {
  edge: { endpoints: ofNetwork, unnamed: [], answersAs: "other", cors: "absent" },
  dns: { endpoints: ofNetwork, unnamed: [], answersAs: "other", cors: "absent" },
  primary: { endpoints: ofEntra, unnamed: [], answersAs: "ests", cors: "present" },
  "second-factor": {
    endpoints: ["authorize"],
    unnamed: ["grant", "region"],
    answersAs: "ests",
    cors: "present",
  },
  // The flows that the backup covers; it is not asked for any other.
  backup: {
    endpoints: ["token", "authorize", "saml"],
    unnamed: [],
    answersAs: "ests",
    cors: "present",
  },
  resource: {
    endpoints: ofApis,
    unnamed: ["tenant", "grant", "region"],
    answersAs: "other",
    cors: "present",
  },
  machine: {
    endpoints: ["managed-identity", "other"],
    unnamed: ["tenant", "user", "grant", "region"],
    answersAs: "other",
    cors: "absent",
  },
  "cache-store": { endpoints: [], unnamed: everyField, answersAs: "other", cors: "absent" },
  device: { endpoints: ofNetwork, unnamed: everyField, answersAs: "other", cors: "absent" },
};
