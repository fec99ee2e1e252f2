/** What the command line may say, in place of what the sources do not show. */
import type { Runner } from "./find-runner.ts";

/** The kinds of apps for which init writes tests. */
export const appKinds = [
  "page",
  "web",
  "next",
  "saml",
  "native",
  "job",
  "managed-identity",
] as const;
export type AppKind = (typeof appKinds)[number];

/** What the command line says; everything else is found. */
export interface Choices {
  readonly kind?: AppKind;
  readonly runner?: Runner;
  readonly clientId?: string;
  readonly tenant?: string;
  /** What `az ad app show` prints, as JSON. */
  readonly registration?: object;
  /** `FILE#FUNCTION`. */
  readonly call?: string;
  /** The path of a web app that sends people to Entra: `/auth/signin`. */
  readonly signIn?: string;
  /** Where the page is served: `http://localhost:5173`. */
  readonly url?: string;
}
