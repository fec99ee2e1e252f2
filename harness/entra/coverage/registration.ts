/**
 * An application as its maker registers and builds it, as far as the backup authentication
 * system asks: what `brownout coverage <app.json>` reads. The same shape is published as
 * `schemas/coverage-app.json`; a test holds the two together.
 */
import type { Cloud, FlowKind } from "../backup/edition.ts";
import type { grantControls, policyConditions, sessionControls } from "../backup/policy-table.ts";

/** What kind of client it is. */
export type AppKind = (typeof appKinds)[number];

export const appKinds = [
  "native",
  "spa",
  "web",
  "api",
  "daemon",
  "managed-identity",
  "saml",
] as const;

/** The flows that a kind of application can use. Source: `docs/sources.md#d4`. */
export const flowsOf: Readonly<Record<AppKind, readonly FlowKind[]>> = {
  native: ["native-refresh", "device-code", "password"],
  spa: ["spa-implicit-id-token", "spa-code", "password"],
  web: [
    "web-id-token",
    "web-code",
    "on-behalf-of",
    "password",
    "client-credentials",
    "managed-identity",
  ],
  api: ["on-behalf-of", "client-credentials", "managed-identity"],
  daemon: ["client-credentials", "password", "managed-identity"],
  "managed-identity": ["managed-identity"],
  saml: ["saml-idp-initiated", "saml-sp-initiated"],
};

/** A Conditional Access policy that applies to the application. */
export interface PolicyRegistration {
  /** As in the portal; names it in the answer. */
  readonly name: string;
  readonly state: (typeof policyStates)[number];
  /** Absent is "enabled", as Entra does. */
  readonly resilienceDefaults?: (typeof resilienceDefaults)[number];
  /** Absent: every sign-in to the application. */
  readonly conditions?: readonly (typeof policyConditions)[number][];
  readonly grantControls?: readonly (typeof grantControls)[number][];
  readonly sessionControls?: readonly (typeof sessionControls)[number][];
  /** A policy of the old portal. Absent is false. */
  readonly classic?: boolean;
}

export const policyStates = ["enabled", "report-only", "disabled"] as const;
export const resilienceDefaults = ["enabled", "disabled"] as const;

export interface Registration {
  /** For editors: the address of the JSON Schema. Not read. */
  readonly $schema?: string;
  readonly name: string;
  readonly kind: AppKind;
  /** All that it uses; each must be one of its kind's. */
  readonly flows: readonly FlowKind[];
  readonly cloud: Cloud;
  /** Host of the authority, such as login.microsoftonline.com. Absent: the cloud's documented one. */
  readonly host?: string;
  /** Needed with the flow native-refresh. */
  readonly scopes?: {
    /** Whether it asks for scopes at run time that it did not ask for at first. */
    readonly dynamicConsent: boolean;
    readonly names?: readonly string[];
  };
  /** Needed with the flow native-refresh. Without `days` a persisted cache has no end. */
  readonly tokenCache?: { readonly persisted: boolean; readonly days?: number };
  /** Whether a silent acquisition is tried before any interactive one. Needed with the flow native-refresh. */
  readonly silentFirst?: boolean;
  /** Whether it calls the UserInfo endpoint. Absent is false. */
  readonly usesUserInfo?: boolean;
  /** Who signs in. Absent: members of the home tenant only. */
  readonly users?: { readonly members: boolean; readonly guests: boolean; readonly b2c: boolean };
  /** Whether users sign in with certificates. Absent is false. */
  readonly certificateSignIn?: boolean;
  /** Conditional Access policies that apply to it. Absent: none. */
  readonly policies?: readonly PolicyRegistration[];
}
