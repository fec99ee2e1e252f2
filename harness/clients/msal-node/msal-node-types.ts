/** The types of `@azure/msal-node` that the parts of its adapter share. */

/** The package. */
export type MsalNode = typeof import("@azure/msal-node");

/** A client with a credential. */
export type Confidential = InstanceType<MsalNode["ConfidentialClientApplication"]>;

/** A client without a credential. */
export type Public = InstanceType<MsalNode["PublicClientApplication"]>;
