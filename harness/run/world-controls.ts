/** What a script may change in the world while the scenario runs; every change is recorded. */
import type { Directory } from "../directory/directory.ts";
import type { Tenant, User } from "../directory/world.ts";
import { HarnessError, suggestNames } from "../errors.ts";
import type { WorldChanged } from "../history/event.ts";
import type { Recorder } from "../history/recorder.ts";
import type { WorldControls } from "../scenario.ts";

/** Microsoft announces key rollovers; both keys are published for a while. */
const KEY_OVERLAP_MS = 24 * 3_600_000;

/** The controls of one run; names that are not there throw `unknown-name` with what is near. */
export function createWorldControls(directory: Directory, recorder: Recorder): WorldControls {
  return { ...namesIn(directory), ...changesOf(directory, recorder) };
}

/** Looks up what a script calls by name. */
function namesIn(directory: Directory): Pick<WorldControls, "tenant" | "user" | "app"> {
  const { tenants } = directory.world;

  const tenant = (name?: string): Tenant => {
    const [first] = tenants;
    if (name === undefined && first !== undefined) return first;
    const wanted = String(name);
    const found =
      tenants.find((candidate) => candidate.name === wanted) ?? directory.tenant(wanted);
    if (found !== undefined) return found;
    const known = tenants.map((candidate) => candidate.name);
    throw unknown("tenant", wanted, known);
  };

  return {
    tenant,
    user(name, tenantName) {
      const { users, name: place } = tenant(tenantName);
      const wanted = name.toLowerCase();
      const found = users.find(
        ({ upn }) => upn.toLowerCase() === wanted || shortName(upn) === wanted,
      );
      if (found !== undefined) return found;
      const known = users.map(({ upn }) => shortName(upn));
      throw unknown("user", name, known, place);
    },
    app(name, tenantName) {
      const { apps, name: place } = tenant(tenantName);
      const found = apps.find(({ name: short, clientId }) => short === name || clientId === name);
      if (found !== undefined) return found;
      const known = apps.map((candidate) => candidate.name);
      throw unknown("app", name, known, place);
    },
  };
}

/** Changes the directory, and tells the history of each change in each tenant that it touches. */
function changesOf(
  directory: Directory,
  recorder: Recorder,
): Omit<WorldControls, "tenant" | "user" | "app"> {
  const { tenants } = directory.world;
  const changed = (change: WorldChanged["change"], tenant: Tenant, users?: readonly User[]): void =>
    void recorder.emit({
      kind: "world-changed",
      change,
      tenant: tenant.id,
      ...(users === undefined ? {} : { users: users.map(({ id }) => id) }),
    });
  const tenantOf = (user: User): Tenant => {
    const home = tenants.find(({ users }) => users.includes(user));
    if (home !== undefined) return home;
    const known = tenants.flatMap(({ users }) => users.map(({ upn }) => upn));
    throw unknown("user", user.upn, known);
  };

  return {
    revokeSessions(users) {
      directory.revokeSessions(users === "everyone" ? tenants.flatMap((it) => it.users) : users);
      for (const tenant of tenants) {
        if (users === "everyone") {
          changed("refresh-tokens-revoked", tenant);
          continue;
        }
        const here = users.filter((user) => tenant.users.includes(user));
        if (here.length > 0) changed("sessions-revoked", tenant, here);
      }
    },
    changePassword(user) {
      directory.revokeSessions([user]);
      changed("password-changed", tenantOf(user), [user]);
    },
    disable(user) {
      directory.disable(user);
      changed("user-disabled", tenantOf(user), [user]);
    },
    rotateKeys({ overlapMs = KEY_OVERLAP_MS } = {}) {
      directory.rotateKeys(overlapMs);
      for (const tenant of tenants) changed("keys-rotated", tenant);
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
