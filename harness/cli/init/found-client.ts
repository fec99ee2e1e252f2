/** A client of Entra as the sources make it. */
import type { Value } from "./evaluate.ts";

/** How an app signs in. */
export type ClientKind =
  | "page"
  | "confidential"
  | "public"
  | "credential"
  | "managed-identity"
  | "auth-js"
  | "saml";

/** A client of Entra in the sources. */
export interface FoundClient {
  readonly kind: ClientKind;
  /** As it is called in the source: `PublicClientApplication`. */
  readonly called: string;
  readonly path: string;
  readonly line: number;
  readonly clientId: Value;
  /** The whole authority, or the tenant alone. */
  readonly authority: Value;
  readonly tenant: Value;
  readonly redirectUri: Value;
  /** A secret; only its variable is ever used. */
  readonly secret: Value;
  /** It proves itself by a certificate, or by an assertion. */
  readonly usesCertificate: boolean;
  /** Of the two: an assertion, which another party signs. */
  readonly usesAssertion: boolean;
  /** Of SAML: the page of the identity provider, its certificate, and the entity id of the app. */
  readonly entryPoint: Value;
  readonly certificate: Value;
  readonly entityId: Value;
  /** Of Auth.js: where it takes the answer, below the address of the app. */
  readonly callbackPath?: string;
}
