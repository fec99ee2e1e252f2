/**
 * The event union: everything that happens in a run, in one list, in virtual time.
 * Operations (what the application asked of its client), exchanges (what went over the
 * wire), faults and changes of the world stand side by side, so that a rule sees cause
 * and effect in order. Secrets and tokens are fingerprints here, never values.
 */
import type { Endpoint } from "../entra/request/endpoint.ts";
import type { NetworkFaultCode } from "../core/http/network-fault.ts";
import type { FaultWindow } from "../faults/plan.ts";
import type { EventBase } from "./event-base.ts";
import type { ScreenSeen, TabChanged } from "./browser-events.ts";
import type { FlowRow, RuleLimits } from "./header.ts";
import type { WorldChanged } from "./world-changed.ts";

/** How the application asks for a token. */
export const flows = [
  "client-credentials",
  "silent",
  "authorization-code",
  "refresh-token",
  "on-behalf-of",
  "device-code",
  "password",
  /** The identity of an Azure resource: no credential, no Entra host; the machine's own endpoint is asked. */
  "managed-identity",
  /** Sign-in for an id token and nothing else, by the person's browser; the id token stands for the access token. */
  "id-token",
  /** SAML, begun at the identity provider or at the service provider; the response with its assertion, as it was posted, stands for the access token. */
  "saml-idp-initiated",
  "saml-sp-initiated",
  /** The application's own call, of which only the result is known. */
  "custom",
  /** Interactive sign-in of a single-page application, in a popup or by leaving its page. */
  "popup",
  "redirect",
  /** Single sign-on from a hidden iframe, with nothing but the session at the identity provider. */
  "sso-silent",
] as const;

export type Flow = (typeof flows)[number];

/** A token as the history knows it: by fingerprint. Times are ms since the Unix epoch. */
export interface TokenFacts {
  /** `at-` and 12 hex digits of the SHA-256 of the token. */
  readonly accessToken: string;
  readonly expiresAt: number;
  /** From `ext_expires_in`, when the service sent it. */
  readonly extendedExpiresAt?: number;
  /** From `refresh_in`, when the service sent it. */
  readonly refreshAt?: number;
}

/** The application calls its client. */
export interface OperationInvoked extends EventBase {
  readonly kind: "operation-invoked";
  readonly operation: number;
  /** The application instance, such as `daemon-1`; it keeps its name across a restart. */
  readonly client: string;
  readonly flow: Flow;
  /** Client id. */
  readonly app: string;
  /** Tenant id. */
  readonly tenant: string;
  /** Home account id `oid.tid`, for flows with a user. */
  readonly user?: string;
  readonly scopes: readonly string[];
  /** The application passed a claims challenge. */
  readonly claims?: true;
  /** The application asked to bypass the cache. */
  readonly forceRefresh?: true;
  /** The tab of a browser in which it was called, such as `tab-1`. */
  readonly tab?: string;
  /** Nobody saw the call: the requests of its page tell of it (`session/page-calls.ts`). */
  readonly told?: "by-requests";
}

/** How the call ended. `unknown`: cut off by the end of the run or by the caller's own timeout. */
export type OperationCompleted = EventBase & {
  readonly kind: "operation-completed";
  readonly operation: number;
} & (
    | {
        readonly outcome: "ok";
        /** Absent when the client said ok without a usable token. */
        readonly token?: TokenFacts;
        /** What the client itself says; absent when it does not say. */
        readonly fromCache?: boolean;
        readonly user?: string;
      }
    | {
        readonly outcome: "fail";
        readonly error: {
          readonly name: string;
          readonly code: string;
          readonly suberror?: string;
          /** First line, volatile parts replaced. */
          readonly message: string;
          /** The client asks the application to interact with the user. */
          readonly interactionRequired: boolean;
        };
      }
    | { readonly outcome: "unknown"; readonly reason: "run-ended" | "caller-timeout" }
  );

/** A request leaves the client. */
export interface ExchangeBegan extends EventBase {
  readonly kind: "exchange-began";
  readonly exchange: number;
  /** The operation that caused it, when the mount can tell. */
  readonly operation?: number;
  readonly client?: string;
  readonly method: string;
  /** Secrets and volatile ids replaced. */
  readonly url: string;
  readonly host: string;
  readonly endpoint: Endpoint;
  readonly tenant?: string;
  /** Client id. */
  readonly app?: string;
  readonly grant?: string;
  /** From the routing hint, login_hint or username. */
  readonly user?: string;
  readonly scope?: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Form fields, secrets and volatile ids replaced. */
  readonly form?: Readonly<Record<string, string>>;
  /** The browser sent it again by itself, after its connection was reset: the client asked only once. */
  readonly resent?: true;
}

/** The error an ESTS-shaped body carries. */
export interface WireError {
  readonly error: string;
  readonly codes: readonly number[];
  readonly suberror?: string;
}

/** What a token answer granted. */
export interface IssuedFacts {
  readonly token?: TokenFacts;
  /** `rt-` fingerprint. */
  readonly refreshToken?: string;
  readonly idToken?: true;
  /** Home account id `oid.tid`, from client_info or the id token. */
  readonly user?: string;
  readonly scope?: string;
}

export type ExchangeEnd =
  | {
      readonly kind: "response";
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      readonly bodyForm: "json" | "html" | "text" | "empty";
      /** Redacted; what arrived, when the body was cut. */
      readonly body: string;
      /** The body never arrived whole. */
      readonly cut?: "fin" | "reset";
    }
  | { readonly kind: "network-fault"; readonly code: NetworkFaultCode }
  /** The client gave up, or the run ended, before an answer. */
  | { readonly kind: "abandoned" };

/** The request's end on the wire, as the client's stack saw it. */
export interface ExchangeEnded extends EventBase {
  readonly kind: "exchange-ended";
  readonly exchange: number;
  readonly end: ExchangeEnd;
  readonly servedBy: "primary" | "backup" | "edge" | "resource" | "machine";
  /** Ids of the fault windows that took it. */
  readonly faults?: readonly string[];
  /** The Retry-After header: raw, and in ms when it is a valid form (delay-seconds or HTTP-date). */
  readonly retryAfter?: { readonly raw: string; readonly ms?: number };
  readonly error?: WireError;
  readonly issued?: IssuedFacts;
}

export interface FaultBegan extends EventBase {
  readonly kind: "fault-began";
  readonly window: FaultWindow;
}

export interface FaultEnded extends EventBase {
  readonly kind: "fault-ended";
  readonly window: string;
}

/** The last fault window has closed; what follows is recovery. */
export interface FaultsCleared extends EventBase {
  readonly kind: "faults-cleared";
}

/** The application asked a person to act. */
export interface PromptShown extends EventBase {
  readonly kind: "prompt-shown";
  readonly client: string;
  readonly operation?: number;
  readonly user?: string;
  readonly app?: string;
  /** `prompt` parameter of the authorize request, or `device-code`. */
  readonly prompt: "none-given" | "login" | "consent" | "select_account" | "create" | "device-code";
}

/** The process restarted: memory is gone, what was persisted is loaded again. */
export interface ClientRestarted extends EventBase {
  readonly kind: "client-restarted";
  readonly client: string;
  /** What the application persisted across it. */
  readonly persisted: "cache" | "nothing";
  /** It was the person's browser, with all its tabs, that ended and started again. */
  readonly browser?: true;
}

/** The application presented an access token to a protected API, which answered. */
export interface TokenPresented extends EventBase {
  readonly kind: "token-presented";
  readonly client?: string;
  readonly accessToken: string;
  readonly verdict:
    | "accepted"
    | "expired"
    | "not-yet-valid"
    | "unknown-key"
    | "wrong-audience"
    | "revoked"
    | "malformed";
}

/** A remark of the script, for the reader of the timeline. */
export interface Noted extends EventBase {
  readonly kind: "noted";
  readonly text: string;
}

export type HistoryEvent =
  | OperationInvoked
  | OperationCompleted
  | ExchangeBegan
  | ExchangeEnded
  | FaultBegan
  | FaultEnded
  | FaultsCleared
  | PromptShown
  | ScreenSeen
  | TabChanged
  | ClientRestarted
  | TokenPresented
  | WorldChanged
  | Noted;

/** First line of a journal: what was run. Enough to run it again. */
export interface JournalHeader {
  readonly schema: "brownout/journal/1";
  readonly brownout: string;
  readonly scenario: string;
  /** Path of the scenario's file when it is not from the library. */
  readonly file?: string;
  readonly client: { readonly name: string; readonly version: string };
  readonly mount: string;
  readonly seed: string;
  /** The text that the backup system followed, when it was not the scenario's own. */
  readonly edition?: string;
  /** ms since the Unix epoch, virtual. */
  readonly startedAt: number;
  /** Rules that the scenario asserts: these must come to a conclusion. */
  readonly asserts: readonly string[];
  readonly limits?: RuleLimits;
  readonly row?: FlowRow;
}

/** A run as the rules see it. */
export interface History {
  readonly header: JournalHeader;
  readonly events: readonly HistoryEvent[];
}
