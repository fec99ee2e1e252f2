/**
 * What each fault site is, in one table: which requests pass it, what these can name, and in
 * whose voice a fault answers there. Validation and the error answers read it.
 */
import { type Endpoint, endpoints } from "../entra/request/endpoint.ts";
import type { CorsHeaders, FaultSite, FaultSlice } from "./plan.ts";

export interface SiteTraits {
  /** The endpoints whose requests pass here. */
  readonly endpoints: readonly Endpoint[];
  /** Fields of a slice that no request here can name, so that a window with one would take nothing. */
  readonly unnamed: readonly (keyof FaultSlice)[];
  /** Who seems to speak in an error answer: ESTS with its own headers, or something in front of it or beside it. */
  readonly speaks: "ests" | "other";
  /** Whether error answers have CORS headers when the effect does not say. Those of the real gateway are not known. */
  readonly cors: CorsHeaders;
}

/** UserInfo is Microsoft Graph's, not the token service's. */
const ofApis: readonly Endpoint[] = ["resource", "userinfo"];
const ofNetwork = endpoints.filter((endpoint) => endpoint !== "managed-identity");
const ofEntra = ofNetwork.filter((endpoint) => !ofApis.includes(endpoint));

/** Every site by its name. A site that is missing here does not compile. */
export const siteTraits: Readonly<Record<FaultSite, SiteTraits>> = {
  edge: { endpoints: ofNetwork, unnamed: [], speaks: "other", cors: "absent" },
  dns: { endpoints: ofNetwork, unnamed: [], speaks: "other", cors: "absent" },
  primary: { endpoints: ofEntra, unnamed: [], speaks: "ests", cors: "present" },
  // The flows that the backup covers; for all others nobody asks it.
  backup: {
    endpoints: ["token", "authorize", "saml"],
    unnamed: [],
    speaks: "ests",
    cors: "present",
  },
  resource: {
    endpoints: ofApis,
    unnamed: ["tenant", "grant", "region"],
    speaks: "other",
    cors: "present",
  },
  machine: {
    endpoints: ["managed-identity", "other"],
    unnamed: ["tenant", "user", "grant", "region"],
    speaks: "other",
    cors: "absent",
  },
};
