/**
 * What the backup knows of the directory. Policies are those from before the outage: what an
 * administrator changes during an outage counts once the primary is back
 * (`docs/sources.md#d3`). Revocations arrive by the events of continuous access evaluation,
 * also during an outage (D.2, E5), and may take a while (section E: up to 15 minutes).
 */
import { createMemoryStore, type StateStore } from "../../core/state-store.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { Directory } from "../directory/directory.ts";
import type { ConditionalAccessPolicy, Tenant } from "../directory/world.ts";

export interface KnownDirectory {
  /** The policies as of the last time that the primary served requests. */
  policies(tenant: Tenant): readonly ConditionalAccessPolicy[];
  /** How many revocations of the user have arrived by now. */
  revocations(userId: string): number;
  /** To be called when the primary has served the tenant: its policies count as they are now. */
  refresh(tenant: Tenant): void;
}

export interface KnownDirectoryOptions {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly revocationDelaySeconds: number;
  /** When the primary last served requests, ms since the Unix epoch: now, outside of an outage. */
  readonly primaryWellAtMs: () => number;
  /** Where it keeps the revocations that have arrived; default: nowhere. */
  readonly state?: StateStore;
}

/** Policies that were set during an outage. */
interface Pending {
  readonly atMs: number;
  readonly policies: readonly ConditionalAccessPolicy[];
}

/** Starts with the directory as it is now, and follows its changes. */
export function createKnownDirectory(options: KnownDirectoryOptions): KnownDirectory {
  const { directory, clock, revocationDelaySeconds, primaryWellAtMs } = options;
  const { state = createMemoryStore() } = options;
  const policies = new Map<string, readonly ConditionalAccessPolicy[]>();
  const pending = new Map<string, readonly Pending[]>();
  const arrivals = state.map<readonly number[]>("backup revocations");
  const refresh = (tenant: Tenant): void => {
    policies.set(tenant.id, directory.policies(tenant));
    pending.delete(tenant.id);
  };
  /** Applies what was changed in an outage that is over by now. */
  const catchUp = ({ id }: Tenant): void => {
    const due = pending.get(id)?.findLast(({ atMs }) => atMs < primaryWellAtMs());
    if (due !== undefined) policies.set(id, due.policies);
  };

  directory.world.tenants.forEach(refresh);
  directory.watch((change) => {
    switch (change.kind) {
      case "policies-changed": {
        const { tenant } = change;
        const atMs = clock.now();
        if (primaryWellAtMs() >= atMs) return refresh(tenant);
        const waiting = pending.get(tenant.id) ?? [];
        pending.set(tenant.id, [...waiting, { atMs, policies: directory.policies(tenant) }]);
        return;
      }
      case "user-revoked": {
        const times = arrivals.get(change.user.id) ?? [];
        arrivals.set(change.user.id, [...times, clock.now() + revocationDelaySeconds * 1_000]);
        return;
      }
      default:
        change satisfies never;
    }
  });

  return {
    policies(tenant) {
      catchUp(tenant);
      return policies.get(tenant.id) ?? [];
    },
    revocations: (userId) =>
      (arrivals.get(userId) ?? []).filter((atMs) => atMs <= clock.now()).length,
    refresh,
  };
}
