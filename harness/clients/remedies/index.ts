/**
 * `brownout/remedies`: what an app may put around its sign-in library so that it works through an
 * outage. Each is a small module that needs neither the simulator nor any package. `brownout
 * remedies` measures them.
 */
export { withBoundedWait, TokenWaitError, type BoundedWaitOptions } from "./bounded-wait.ts";
export { withEarlyRenewal, type EarlyRenewalOptions } from "./early-renewal.ts";
export { withJitteredBackoff, type JitteredBackoffOptions } from "./jittered-backoff.ts";
export { withLastGoodToken } from "./last-good-token.ts";
export {
  msalNetworkClient,
  type MsalNetworkClient,
  type MsalNetworkOptions,
  type MsalNetworkResponse,
} from "./msal-network-client.ts";
export {
  msalCachePlugin,
  withSteadyStore,
  type MsalCacheContext,
  type MsalCachePlugin,
  type SteadyStoreOptions,
  type TokenStore,
} from "./persisted-cache.ts";
export { withRegionalFallback, type RegionalFallbackOptions } from "./regional-fallback.ts";
export { withRetryAfter, type RetryAfterOptions } from "./retry-after.ts";
export { withRetryBudget, type RetryBudgetOptions } from "./retry-budget.ts";
export { withSingleFlight } from "./single-flight.ts";
export type { Send, SendOptions } from "./held-back.ts";
export type { RemedyClock, RemedyOptions } from "./remedy-clock.ts";
export type {
  KeepingTokenSource,
  SourceOptions,
  TokenOptions,
  TokenSource,
} from "./token-source.ts";
