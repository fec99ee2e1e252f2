/**
 * Loop detection: ESTS refuses a client that repeats the same request for the same user
 * (`docs/sources.md#a10`, breaking changes document). What counts as the same request is
 * documented. The real service counts by a cookie, which is not simulated, so this is a setting.
 */
import { createMemoryStore, type StateStore } from "../../core/state-store.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";
import type { EntraRequest } from "../request/endpoint.ts";
import { EstsError } from "./ests-error.ts";
import type { GrantStore } from "./grant-store.ts";

/** The parts of a request that are compared. */
interface ComparedRequest {
  readonly described: EntraRequest;
  readonly grants: GrantStore;
}

export interface LoopDetector {
  /** Counts the request; throws 50196 once there are too many like it. Requests without a user do not count. */
  check(request: ComparedRequest): void;
}

export function createLoopDetector(
  clock: Clock,
  setting: ServiceSettings["loopDetection"],
  state: StateStore = createMemoryStore(),
): LoopDetector {
  if (setting === "off") return { check: () => undefined };
  const { requests, withinSeconds } = setting;
  const seen = state.map<readonly number[]>("repeated requests");
  return {
    check(request) {
      const key = likenessOf(request);
      if (key === undefined) return;
      const now = clock.now();
      const recent = (seen.get(key) ?? []).filter((at) => now - at < withinSeconds * 1_000);
      // Only the last ones matter, however long the loop runs.
      const times = [...recent, now].slice(-requests);
      seen.set(key, times);
      if (times.length >= requests) throw new EstsError(50196);
    },
  };
}

/** What the documentation counts as the same request; polls for a device code may repeat. */
function likenessOf({ described, grants }: ComparedRequest): string | undefined {
  const { parameters, grant, endpoint, app, scope } = described;
  if (grant === "client_credentials" || grant === "device_code") return undefined;
  const user =
    grants.refreshState(parameters["refresh_token"])?.userId ??
    described.user ??
    parameters["assertion"];
  if (user === undefined) return undefined;
  const { redirect_uri: redirectUri, response_type: type, response_mode: mode } = parameters;
  return JSON.stringify([endpoint, grant, user, app, scope, redirectUri, type, mode]);
}
