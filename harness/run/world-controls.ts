/** What a script may change in the world while the scenario runs; every change is recorded. */
import type { Directory } from "../directory/directory.ts";
import type { AppRegistration, Tenant, User } from "../directory/world.ts";
import { HarnessError, suggestNames } from "../errors.ts";
import type { Recorder } from "../history/recorder.ts";
import type { WorldControls } from "../scenario.ts";

/** Microsoft announces key rollovers; both keys are published for a while. */
const KEY_OVERLAP_MS = 24 * 3_600_000;

export function createWorldControls(directory: Directory, recorder: Recorder): WorldControls {
  const { tenants } = directory.world;

  const tenant = (name?: string): Tenant => {
    const [first] = tenants;
    if (name === undefined && first !== undefined) return first;
    const wanted = String(name);
    const found =
      tenants.find((candidate) => candidate.name === wanted) ?? directory.tenant(wanted);
    if (found !== undefined) return found;
    throw unknown(
      "tenant",
      wanted,
      tenants.map((candidate) => candidate.name),
    );
  };

  const user = (name: string, tenantName?: string): User => {
    const { users, name: place } = tenant(tenantName);
    const wanted = name.toLowerCase();
    const found = users.find(
      ({ upn }) => upn.toLowerCase() === wanted || shortName(upn) === wanted,
    );
    if (found !== undefined) return found;
    throw unknown(
      "user",
      name,
      users.map(({ upn }) => shortName(upn)),
      place,
    );
  };

  const app = (name: string, tenantName?: string): AppRegistration => {
    const { apps, name: place } = tenant(tenantName);
    const found = apps.find((candidate) => candidate.name === name || candidate.clientId === name);
    if (found !== undefined) return found;
    throw unknown(
      "app",
      name,
      apps.map((candidate) => candidate.name),
      place,
    );
  };

  const tenantOf = (wanted: User): Tenant => {
    const home = tenants.find(({ users }) => users.includes(wanted));
    if (home !== undefined) return home;
    throw unknown(
      "user",
      wanted.upn,
      tenants.flatMap(({ users }) => users.map(({ upn }) => upn)),
    );
  };

  return {
    tenant,
    user,
    app,
    revokeSessions(users) {
      if (users === "everyone") {
        for (const { id, users: all } of tenants) {
          directory.revokeSessions(all);
          recorder.emit({ kind: "world-changed", change: "refresh-tokens-revoked", tenant: id });
        }
        return;
      }
      directory.revokeSessions(users);
      for (const { id, users: all } of tenants) {
        const here = users
          .filter((candidate) => all.includes(candidate))
          .map((candidate) => candidate.id);
        if (here.length > 0) {
          recorder.emit({
            kind: "world-changed",
            change: "sessions-revoked",
            tenant: id,
            users: here,
          });
        }
      }
    },
    changePassword(changed) {
      directory.revokeSessions([changed]);
      recorder.emit({
        kind: "world-changed",
        change: "password-changed",
        tenant: tenantOf(changed).id,
        users: [changed.id],
      });
    },
    disable(disabled) {
      directory.disable(disabled);
      recorder.emit({
        kind: "world-changed",
        change: "user-disabled",
        tenant: tenantOf(disabled).id,
        users: [disabled.id],
      });
    },
    rotateKeys({ overlapMs = KEY_OVERLAP_MS } = {}) {
      directory.rotateKeys(overlapMs);
      for (const { id } of tenants)
        recorder.emit({ kind: "world-changed", change: "keys-rotated", tenant: id });
    },
  };
}

function shortName(upn: string): string {
  return upn.slice(0, upn.indexOf("@")).toLowerCase();
}

function unknown(
  what: string,
  name: string,
  known: readonly string[],
  tenant?: string,
): HarnessError {
  const where = tenant === undefined ? "in this world" : `in ${tenant}`;
  return new HarnessError("unknown-name", `there is no ${what} "${name}" ${where}`, {
    place: name,
    hint: suggestNames(name, known, `There are ${known.slice(0, 12).join(", ")}.`),
  });
}
