/**
 * The union of events: everything that happens in a run, in one list, in virtual time. Operations
 * (calls of the application to its client), exchanges (HTTP requests with their ends), faults and
 * changes of the world are side by side, so that a rule sees cause and effect in order. Secrets
 * and tokens are fingerprints here, never values.
 */
import type { Endpoint } from "../entra/request/endpoint.ts";
import type { NetworkFaultCode } from "../core/http/network-fault.ts";
import type { FaultWindow } from "../faults/plan.ts";
import type { EventBase } from "./event-base.ts";
import type { ScreenSeen, TabChanged } from "./browser-events.ts";
import type { JournalHeader } from "./header.ts";
import type { PageError } from "./page-error.ts";
import type { ProcessError } from "./process-error.ts";
import type { StoreAccessed } from "./store-accessed.ts";
import type { WaitAbandoned } from "./wait-abandoned.ts";
import type { WorldChanged } from "./world-changed.ts";

/**
 * The ways in which an application asks for a token.
 *
 * @example
 * const flow: Flow = flows[0]; // "client-credentials"
 */
export const flows = [
  "client-credentials",
  "silent",
  "authorization-code",
  "refresh-token",
  "on-behalf-of",
  "device-code",
  "password",
  /** The identity of an Azure resource, from the endpoint of its machine: without a credential and a host of Entra. */
  "managed-identity",
  /** Sign-in for an id token only, in the user's browser; the id token takes the place of the access token. */
  "id-token",
  /** SAML, begun at the identity provider or at the service provider; the posted response takes the place of the access token. */
  "saml-idp-initiated",
  "saml-sp-initiated",
  /** A call of the application's own code, of which only the result is known. */
  "custom",
  /** Interactive sign-in of a single-page application, in a popup or by leaving its page. */
  "popup",
  "redirect",
  /** Single sign-on from a hidden iframe, by the session at the identity provider. */
  "sso-silent",
] as const;

/**
 * A way in which an application asks for a token: one of `flows`.
 *
 * @example
 * const needs: readonly Flow[] = ["silent", "popup"];
 */
export type Flow = (typeof flows)[number];

/**
 * A token in the history: its fingerprint and times, in ms since the Unix epoch.
 *
 * @example
 * const isExpiredAt = (token: TokenFacts, atMs: number) => token.expiresAt <= atMs;
 */
export interface TokenFacts {
  /** `at-` and 12 hex digits of the SHA-256 of the token. */
  readonly accessToken: string;
  readonly expiresAt: number;
  /** From `ext_expires_in`; absent when the service did not send it. */
  readonly extendedExpiresAt?: number;
  /** From `refresh_in`; absent when the service did not send it. */
  readonly refreshAt?: number;
}

/**
 * The application calls its client.
 *
 * @example
 * const calls = history.events.filter((event) => event.kind === "operation-invoked");
 */
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
  /** Of flow `on-behalf-of`: the fingerprint of the user's token that the application was shown, as in `TokenFacts`. */
  readonly assertion?: string;
  /** The application passed a claims challenge. */
  readonly claims?: true;
  /** The application asked to bypass the cache. */
  readonly forceRefresh?: true;
  /** The tab of a browser in which it was called, such as `tab-1`. */
  readonly tab?: string;
  /** The call was not seen: it is inferred from the requests of its page. */
  readonly told?: "by-requests";
}

/**
 * The end of a call. `unknown`: the end of the run or the caller's own timeout cut it off, or
 * nothing was left to happen that could have ended it.
 *
 * @example
 * const failed = history.events.filter(
 *   (event) => event.kind === "operation-completed" && event.outcome === "fail",
 * );
 */
export type OperationCompleted = EventBase & {
  readonly kind: "operation-completed";
  readonly operation: number;
} & (
    | {
        readonly outcome: "ok";
        /** Absent when the client returned no usable token. */
        readonly token?: TokenFacts;
        /** Of own code without `token`: the fingerprint of the one issued token that is somewhere in its result, such as in the headers of a request. It shows which token the call used, not that the call reports its token. */
        readonly tokenWithin?: string;
        /** Whether the token is from the cache, by the client; absent when the client does not say. */
        readonly fromCache?: boolean;
        readonly user?: string;
      }
    | {
        readonly outcome: "fail";
        readonly error: {
          readonly name: string;
          readonly code: string;
          readonly suberror?: string;
          /** The first line, volatile parts replaced. */
          readonly message: string;
          /** The programming error that the error wraps, such as `TypeError`. */
          readonly causedBy?: string;
          /** The client asks the application to interact with the user. */
          readonly interactionRequired: boolean;
        };
      }
    | {
        readonly outcome: "unknown";
        readonly reason: "run-ended" | "caller-timeout" | "never-ends";
      }
  );

/**
 * A request leaves the client.
 *
 * @example
 * const tokenRequests = history.events.filter(
 *   (event) => event.kind === "exchange-began" && event.endpoint === "token",
 * );
 */
export interface ExchangeBegan extends EventBase {
  readonly kind: "exchange-began";
  readonly exchange: number;
  /** The operation that caused it; absent when the mount does not know. */
  readonly operation?: number;
  readonly client?: string;
  readonly method: string;
  /** Secrets and volatile ids replaced. */
  readonly url: string;
  readonly host: string;
  readonly endpoint: Endpoint;
  /** The tenant segment of the address: an id, a domain, or `common` and the like. */
  readonly tenant?: string;
  /** The id of the tenant that `tenant` stands for: of a domain, or on a shared endpoint that of the user. Absent when `tenant` is it, or when the service cannot know. */
  readonly tenantId?: string;
  /** Client id. */
  readonly app?: string;
  readonly grant?: string;
  /** From the routing hint, login_hint or username. */
  readonly user?: string;
  /** Home account id `oid.tid` of the user behind the refresh token, code, assertion or session, as the service knows. Absent when `user` is that object id, or when the service cannot know. */
  readonly subject?: string;
  readonly scope?: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Form fields, secrets and volatile ids replaced. */
  readonly form?: Readonly<Record<string, string>>;
  /** The browser sent the request again by itself, after its connection was reset. */
  readonly resent?: true;
}

/**
 * The error in an answer of the token service.
 *
 * @example
 * const isThrottled = ({ codes }: WireError) => codes.includes(90055);
 */
export interface WireError {
  readonly error: string;
  /** AADSTS codes. */
  readonly codes: readonly number[];
  readonly suberror?: string;
}

/**
 * What an answer of the token endpoint granted.
 *
 * @example
 * const expiresAt = (issued: IssuedFacts) => issued.token?.expiresAt;
 */
export interface IssuedFacts {
  readonly token?: TokenFacts;
  /** `rt-` and 12 hex digits of the SHA-256 of the refresh token. */
  readonly refreshToken?: string;
  readonly idToken?: true;
  /** Home account id `oid.tid`, from client_info or the id token. */
  readonly user?: string;
  readonly scope?: string;
}

/**
 * How a request ended.
 *
 * @example
 * const statusOf = (end: ExchangeEnd) => (end.kind === "response" ? end.status : undefined);
 */
export type ExchangeEnd =
  | {
      readonly kind: "response";
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      readonly bodyForm: "json" | "html" | "text" | "empty";
      /** Secrets replaced; the part that arrived, when the body was cut. */
      readonly body: string;
      /** The connection ended before the whole body had arrived. */
      readonly cut?: "fin" | "reset";
    }
  | { readonly kind: "network-fault"; readonly code: NetworkFaultCode }
  /** The client gave up, or the run ended, before an answer. */
  | { readonly kind: "abandoned" };

/**
 * The end of a request, as the HTTP stack of the client saw it.
 *
 * @example
 * const broken = history.events.filter(
 *   (event) => event.kind === "exchange-ended" && event.faults !== undefined,
 * );
 */
export interface ExchangeEnded extends EventBase {
  readonly kind: "exchange-ended";
  readonly exchange: number;
  readonly end: ExchangeEnd;
  readonly servedBy: "primary" | "backup" | "edge" | "resource" | "machine";
  /** Ids of the fault windows that took it. */
  readonly faults?: readonly string[];
  /** The Retry-After header: as sent, and in ms when its form is valid (delay-seconds or HTTP-date). */
  readonly retryAfter?: { readonly raw: string; readonly ms?: number };
  readonly error?: WireError;
  readonly issued?: IssuedFacts;
}

/**
 * A fault window opens.
 *
 * @example
 * const kinds = history.events
 *   .filter((event) => event.kind === "fault-began")
 *   .map(({ window }) => window.effect.kind);
 */
export interface FaultBegan extends EventBase {
  readonly kind: "fault-began";
  readonly window: FaultWindow;
}

/**
 * A fault window ends, at its time or because it was cleared.
 *
 * @example
 * const ended = history.events.find((event) => event.kind === "fault-ended");
 */
export interface FaultEnded extends EventBase {
  readonly kind: "fault-ended";
  readonly window: string;
}

/**
 * The last fault window has ended; what follows is recovery.
 *
 * @example
 * const cleared = history.events.findLast((event) => event.kind === "faults-cleared");
 */
export interface FaultsCleared extends EventBase {
  readonly kind: "faults-cleared";
}

/**
 * The application asked its user to sign in or consent.
 *
 * @example
 * const prompts = history.events.filter((event) => event.kind === "prompt-shown").length;
 */
export interface PromptShown extends EventBase {
  readonly kind: "prompt-shown";
  readonly client: string;
  readonly operation?: number;
  readonly user?: string;
  readonly app?: string;
  /** The parameter `prompt` of the authorize request, or `device-code`. */
  readonly prompt: "none-given" | "login" | "consent" | "select_account" | "create" | "device-code";
}

/**
 * The process restarted: its memory is lost, and what was persisted is loaded again.
 *
 * @example
 * const restarts = history.events.filter((event) => event.kind === "client-restarted");
 */
export interface ClientRestarted extends EventBase {
  readonly kind: "client-restarted";
  readonly client: string;
  /** What the application persisted across it. */
  readonly persisted: "cache" | "nothing";
  /** The user's browser ended and started again, with all its tabs. */
  readonly browser?: true;
}

/**
 * The application sent an access token to a protected API, which accepted or rejected it.
 *
 * @example
 * const rejected = history.events.filter(
 *   (event) => event.kind === "token-presented" && event.verdict !== "accepted",
 * );
 */
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
    /** Valid, and the API demands an authentication context (step-up). */
    | "step-up-needed"
    | "malformed";
}

/**
 * A note of the script, for readers of the timeline.
 *
 * @example
 * const notes = history.events.filter((event) => event.kind === "noted").map(({ text }) => text);
 */
export interface Noted extends EventBase {
  readonly kind: "noted";
  readonly text: string;
}

/**
 * Everything that can happen in a run.
 *
 * @example
 * const kindOf = (event: HistoryEvent) => event.kind;
 */
export type HistoryEvent =
  | OperationInvoked
  | OperationCompleted
  | ExchangeBegan
  | ExchangeEnded
  | FaultBegan
  | FaultEnded
  | FaultsCleared
  | StoreAccessed
  | PromptShown
  | ScreenSeen
  | TabChanged
  | PageError
  | ProcessError
  | ClientRestarted
  | TokenPresented
  | WorldChanged
  | WaitAbandoned
  | Noted;

/**
 * A run as the rules see it: its header and events.
 *
 * @example
 * const { history } = await runScenario(scenario, options);
 */
export interface History {
  readonly header: JournalHeader;
  readonly events: readonly HistoryEvent[];
}
