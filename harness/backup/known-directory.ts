/**
 * What the backup has been told of the directory. Policies are those that held while the
 * primary was well: what an administrator changes in an outage counts once the primary is
 * back (`shared/facts/entra.md` D.3). Revocations come by the events of continuous access
 * evaluation, in an outage, too (D.2, E5), and may take a while (section E: up to 15 minutes).
 */
import type { Clock } from "../clock/clock.ts";
import type { Directory } from "../directory/directory.ts";
import type { ConditionalAccessPolicy, Tenant } from "../directory/world.ts";

export interface KnownDirectory {
  /** As they stood when the primary was last well. */
  policies(tenant: Tenant): readonly ConditionalAccessPolicy[];
  /** How many revocations of the user have arrived by now. */
  revocations(userId: string): number;
  /** The primary has just served the tenant: its policies count as they are. */
  refresh(tenant: Tenant): void;
}

export interface KnownDirectoryOptions {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly revocationDelaySeconds: number;
  /** Whether the primary is well now. */
  readonly isPrimaryWell: () => boolean;
}

/** Knows the directory as it is now, and what it is told from now on. */
export function createKnownDirectory(options: KnownDirectoryOptions): KnownDirectory {
  const { directory, clock, revocationDelaySeconds, isPrimaryWell } = options;
  const policies = new Map<string, readonly ConditionalAccessPolicy[]>();
  const arrivals = new Map<string, number[]>();
  const refresh = (tenant: Tenant): void =>
    void policies.set(tenant.id, directory.policies(tenant));

  directory.world.tenants.forEach(refresh);
  directory.watch((change) => {
    switch (change.kind) {
      case "policies-changed":
        if (isPrimaryWell()) refresh(change.tenant);
        return;
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
    policies: (tenant) => policies.get(tenant.id) ?? [],
    revocations: (userId) =>
      (arrivals.get(userId) ?? []).filter((atMs) => atMs <= clock.now()).length,
    refresh,
  };
}
