/**
 * What each fault effect is, in one table: where it is possible, at which point of a request it
 * acts, and what follows from it. Validation, the fault layer, the mounts, the failover to the
 * backup and the rules all read it here, so that a new effect is described once.
 */
import type { BodyDelivery } from "../core/http/message.ts";
import type { Endpoint } from "../entra/request/endpoint.ts";
import type { CorsHeaders, FaultEffect, FaultEffectKind, FaultSite } from "./plan.ts";

/** What holds for every effect of a kind. */
export interface EffectTraits {
  /** What happens to the client, as the rest of a sentence that begins with "the client". */
  readonly clientSees: string;
  /** The sites at which it can happen; the first is the usual one, which error messages suggest. */
  readonly sites: readonly [FaultSite, ...FaultSite[]];
  /** The endpoints that it can break; `any` for all. */
  readonly endpoints: "any" | readonly [Endpoint, ...Endpoint[]];
  /**
   * The point of a request at which it acts.
   *
   * - `on-connection`: the connection is not made, so that no request is sent
   * - `instead-of-service`: the request is answered or dropped, and the service never sees it
   * - `before-service`: the request reaches the service, later
   * - `on-response`: the service's own response is changed
   * - `after-service`: the service acts on the request, and its response is dropped
   * - `on-device`: at no point; it changes the client's own computer or browser
   */
  readonly acts:
    | "on-connection"
    | "instead-of-service"
    | "before-service"
    | "on-response"
    | "after-service"
    | "on-device";
  /** Which of the requests that a window takes end without a usable answer. */
  readonly fails: "every-request" | "requests-over-capacity" | "no-request";
  /** Whether the front door offers the request to the backup afterwards, when it happens at the primary. */
  readonly failsOver: "always" | "from-status-500" | "never";
  /** The field of the effect that says whether its answer has CORS headers; `none`: there is no such field. */
  readonly cors: "cors" | "shed.cors" | "none";
  /** How the body arrives. Mounts that pass on whole bodies only cannot show any other. */
  readonly delivery: BodyDelivery["kind"];
}

/** The traits that a kind must have because of its fields. */
type TraitsFor<Effect extends FaultEffect> = EffectTraits & {
  readonly cors: "cors" extends keyof Effect
    ? "cors"
    : Effect extends { readonly shed: { readonly cors?: CorsHeaders } }
      ? "shed.cors"
      : "none";
};

const behindConnection = [
  "edge",
  "primary",
  "second-factor",
  "backup",
  "resource",
  "machine",
] as const;

const reply = {
  sites: behindConnection,
  endpoints: "any",
  acts: "instead-of-service",
  fails: "every-request",
  delivery: "whole",
} as const;

const noConnection = {
  endpoints: "any",
  acts: "on-connection",
  fails: "every-request",
  failsOver: "always",
  cors: "none",
  delivery: "whole",
} as const;

const changedResponse = {
  sites: behindConnection,
  endpoints: "any",
  acts: "on-response",
  failsOver: "never",
  cors: "none",
  delivery: "whole",
} as const;

const onDevice = {
  endpoints: "any",
  acts: "on-device",
  fails: "no-request",
  failsOver: "never",
  cors: "none",
  delivery: "whole",
} as const;

/** Every effect by its kind. A kind that is missing here does not compile. */
export const effectTraits = {
  throttle: {
    ...reply,
    clientSees: "gets 429 or 503",
    failsOver: "from-status-500",
    cors: "cors",
  },
  "server-error": {
    ...reply,
    clientSees: "gets a 5xx status",
    failsOver: "always",
    cors: "cors",
  },
  respond: {
    ...reply,
    clientSees: "gets an answer of your choice",
    failsOver: "from-status-500",
    cors: "cors",
  },
  updating: {
    ...reply,
    clientSees: "gets 404 or 410 while a machine's endpoint is being updated",
    sites: ["machine"],
    failsOver: "never",
    cors: "none",
  },
  capacity: {
    ...reply,
    clientSees: "gets an error when there are too many requests",
    fails: "requests-over-capacity",
    failsOver: "from-status-500",
    cors: "shed.cors",
  },
  latency: {
    clientSees: "gets its answer late",
    sites: behindConnection,
    endpoints: "any",
    acts: "before-service",
    fails: "no-request",
    failsOver: "never",
    cors: "none",
    delivery: "whole",
  },
  hang: {
    ...reply,
    clientSees: "waits without an answer until the connection is reset",
    failsOver: "always",
    cors: "none",
  },
  "slow-body": {
    ...changedResponse,
    clientSees: "gets the body in small chunks",
    fails: "no-request",
    delivery: "slow",
  },
  "stalled-body": {
    ...changedResponse,
    clientSees: "gets a body that pauses halfway",
    fails: "no-request",
    delivery: "stalled",
  },
  "truncated-body": {
    ...changedResponse,
    clientSees: "gets a body that ends too early, with a Content-Length to match",
    fails: "every-request",
  },
  "cut-body": {
    ...changedResponse,
    clientSees: "loses the connection in mid-body",
    fails: "every-request",
    delivery: "cut",
  },
  refused: {
    ...noConnection,
    clientSees: "cannot connect",
    sites: ["edge", "resource", "machine"],
  },
  reset: {
    ...reply,
    clientSees: "has its connection reset",
    failsOver: "always",
    cors: "none",
  },
  "answer-lost": {
    ...reply,
    clientSees: "gets no answer to a request that the service has acted on",
    // Usually lost on the way to the client. What is lost at the primary, the front door misses, too.
    sites: ["edge", "primary", "second-factor", "backup", "resource", "machine"],
    acts: "after-service",
    failsOver: "always",
    cors: "none",
  },
  "dns-failure": {
    ...noConnection,
    clientSees: "cannot resolve the host name",
    sites: ["dns", "edge", "resource"],
  },
  offline: {
    ...noConnection,
    clientSees: "is offline",
    sites: ["device"],
  },
  "clock-shift": {
    ...onDevice,
    clientSees: "reads a wrong time from its clock",
    sites: ["device"],
  },
  "store-failure": {
    ...onDevice,
    clientSees: "cannot use the store of its tokens",
    sites: ["cache-store"],
  },
  "store-latency": {
    ...onDevice,
    clientSees: "waits for the store of its tokens",
    sites: ["cache-store"],
  },
  "store-full": {
    ...onDevice,
    clientSees: "finds no room in the store of its tokens",
    sites: ["cache-store"],
  },
  "connect-timeout": {
    ...noConnection,
    clientSees: "waits for a connection that is never made",
    sites: ["edge", "resource", "machine"],
  },
  "tls-failure": {
    ...noConnection,
    clientSees: "does not accept the certificate",
    sites: ["edge", "resource", "machine"],
  },
  "wrong-content-type": {
    ...changedResponse,
    clientSees: "gets the answer under another content type",
    fails: "no-request",
  },
  "empty-success": {
    ...reply,
    clientSees: "gets a 200 with an empty JSON object",
    failsOver: "never",
    cors: "cors",
  },
  "keys-withdrawn": {
    ...changedResponse,
    clientSees: "finds no signing key in the key set",
    sites: ["primary", "edge"],
    endpoints: ["keys"],
    fails: "no-request",
  },
} as const satisfies {
  readonly [Kind in FaultEffectKind]: TraitsFor<Extract<FaultEffect, { readonly kind: Kind }>>;
};

type ActsOf<Kind extends FaultEffectKind> = (typeof effectTraits)[Kind]["acts"];

/** The effects that act at that point of a request. */
type EffectActing<Acts extends EffectTraits["acts"]> = Extract<
  FaultEffect,
  {
    readonly kind: {
      [Kind in FaultEffectKind]: ActsOf<Kind> extends Acts ? Kind : never;
    }[FaultEffectKind];
  }
>;

/** Effects on the making of a connection, when there is a host and a path but no body yet. */
export type ConnectionEffect = EffectActing<"on-connection">;

/** Effects on the client's own computer or browser, which no request meets. */
export type DeviceEffect = EffectActing<"on-device">;

/** Effects on a request whose connection has been made. */
export type ExchangeEffect = Exclude<FaultEffect, ConnectionEffect | DeviceEffect>;

/** Effects that change the answer of the service. */
export type ResponseEffect = EffectActing<"on-response">;

/** The traits of an effect. */
export function traitsOf({ kind }: Pick<FaultEffect, "kind">): EffectTraits {
  return effectTraits[kind];
}

/** Whether an effect breaks the connection itself. */
export function isConnectionEffect(effect: FaultEffect): effect is ConnectionEffect {
  return traitsOf(effect).acts === "on-connection";
}

/** Whether an effect is on the client's own computer or browser. */
export function isDeviceEffect(effect: FaultEffect): effect is DeviceEffect {
  return traitsOf(effect).acts === "on-device";
}

/** Whether an effect ends the request by itself, so that neither the service nor later windows see it. */
export function endsRequest(effect: FaultEffect): boolean {
  const { acts } = traitsOf(effect);
  return acts === "on-connection" || acts === "instead-of-service";
}

/** Whether every request of a window fails in such a way that the front door offers it to the backup. */
export function failsOver(effect: FaultEffect): boolean {
  const { fails, failsOver: when } = traitsOf(effect);
  if (fails !== "every-request" || when === "never") return false;
  // 429 is what `throttle` answers by default.
  return when === "always" || ("status" in effect && (effect.status ?? 429) >= 500);
}
