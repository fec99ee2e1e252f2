/**
 * What kind of call an operation was, and what its caller got: the predicates on one operation that
 * several rules share. Which tokens the client had at the time is in `available-tokens.ts`.
 */
import type { Flow } from "../../history/event.ts";
import type { Exchange, Operation } from "./exchanges.ts";
import {
  grantOf,
  isForSession,
  isForToken,
  isToSignInService,
  meansInteraction,
} from "./exchange-outcomes.ts";

/** Whether a call can be served from a token cache: by its flow, and without claims or a forced refresh. */
export function isCacheable({ invoked }: Operation): boolean {
  return cacheableFlows.has(invoked.flow) && !invoked.claims && !invoked.forceRefresh;
}

const cacheableFlows: ReadonlySet<Flow> = new Set([
  "silent",
  "client-credentials",
  "on-behalf-of",
  "managed-identity",
  "custom",
]);

/** Whether a call is a sign-in by a person. */
export function isInteractive({ invoked }: Operation): boolean {
  return interactiveFlows.has(invoked.flow);
}

const interactiveFlows: ReadonlySet<Flow> = new Set([
  "authorization-code",
  "popup",
  "redirect",
  "device-code",
]);

/** The call's requests for tokens, in order: to the token endpoint, or to that of a managed identity. */
export function tokenRequestsBy({ exchanges }: Operation): readonly Exchange[] {
  return exchanges.filter(({ began }) => isForToken(began));
}

/** The call's last request to the sign-in service. */
export function lastRequestBy({ exchanges }: Operation): Exchange | undefined {
  return exchanges.findLast(isToSignInService);
}

/** The last request of a call whose error says that a person is needed; for a hidden iframe, the one to authorize. */
export function interactionRequestOf({ exchanges }: Operation): Exchange | undefined {
  return exchanges.filter(isForSession).findLast((exchange) => {
    const grant = grantOf(exchange);
    const error = exchange.ended?.error;
    return grant !== "authorization_code" && error !== undefined && meansInteraction(error);
  });
}
