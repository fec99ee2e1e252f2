/** The functions by which a script changes the world while it runs; every change is recorded. */
import { checkPolicy } from "../../entra/directory/policy-schema.ts";
import type { Directory } from "../../entra/directory/directory.ts";
import type { Tenant, User } from "../../entra/directory/world.ts";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import type { WorldChanged } from "../../history/world-changed.ts";
import type { Recorder } from "../../history/recorder.ts";
import type { WorldControls } from "../../entra/directory/world-controls.ts";
import { checkGroups, checkName, checkRotation, checkUser, checkUsers } from "./check-controls.ts";

/** Microsoft announces key rollovers; both keys are published for a while. */
const KEY_OVERLAP_MS = 24 * 3_600_000;

/** The controls of one run. They throw `unknown-name` for a name that is not in the world, with the nearest. */
export function createWorldControls(directory: Directory, recorder: Recorder): WorldControls {
  const names = namesIn(directory);
  const recordChange = changeRecorder(recorder);
  return checked({
    ...names,
    ...changesOf(directory, recordChange),
    ...policyChanges({ directory, recordChange, names }),
  });
}

/** The same, after their arguments were checked. */
function checked(controls: WorldControls): WorldControls {
  const ofUser =
    <
      Name extends
        | "changePassword"
        | "disable"
        | "delete"
        | "enableMfa"
        | "revokeCertificate"
        | "raiseRisk",
    >(
      name: Name,
    ) =>
    (user: User): void => {
      checkUser(user, name);
      controls[name](user);
    };
  return {
    ...controls,
    user(name, tenant) {
      checkName(name, "user", "a name");
      checkName(tenant, "user", "a name or nothing");
      return controls.user(name, tenant);
    },
    app(name, tenant) {
      checkName(name, "app", "a name");
      checkName(tenant, "app", "a name or nothing");
      return controls.app(name, tenant);
    },
    revokeSessions(users) {
      checkUsers(users, "revokeSessions");
      controls.revokeSessions(users);
    },
    changePassword: ofUser("changePassword"),
    disable: ofUser("disable"),
    delete: ofUser("delete"),
    enableMfa: ofUser("enableMfa"),
    revokeCertificate: ofUser("revokeCertificate"),
    raiseRisk: ofUser("raiseRisk"),
    setGroups(user, groups) {
      checkUser(user, "setGroups");
      checkGroups(groups);
      controls.setGroups(user, groups);
    },
    setLocation(user, location) {
      checkUser(user, "setLocation");
      checkName(location, "setLocation", "a name or nothing");
      controls.setLocation(user, location);
    },
    rotateKeys(options = {}) {
      checkRotation(options);
      controls.rotateKeys(options);
    },
  };
}

/** Looks up tenants, users and apps by name. */
function namesIn(directory: Directory): NameControls {
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

type RecordChange = (
  change: WorldChanged["change"],
  tenant: Tenant,
  whom?: {
    readonly users?: readonly User[];
    readonly policy?: string;
    readonly overlapMs?: number;
  },
) => void;

/** Records changes in the history. */
function changeRecorder(recorder: Recorder): RecordChange {
  return (change, tenant, { users, policy, overlapMs } = {}) =>
    void recorder.emit({
      kind: "world-changed",
      change,
      tenant: tenant.id,
      ...(users === undefined ? {} : { users: users.map(({ id }) => id) }),
      ...(policy === undefined ? {} : { policy }),
      ...(overlapMs === undefined ? {} : { overlapMs }),
    });
}

type PolicyControls = Pick<WorldControls, "setPolicy" | "removePolicy">;
type NameControls = Pick<WorldControls, "tenant" | "user" | "app">;

function policyChanges({
  directory,
  recordChange,
  names,
}: {
  readonly directory: Directory;
  readonly recordChange: RecordChange;
  readonly names: NameControls;
}): PolicyControls {
  return {
    setPolicy(policy, tenantName) {
      const tenant = names.tenant(tenantName);
      checkPolicy(policy, "setPolicy");
      directory.setPolicy(tenant, policy);
      recordChange("policy-set", tenant, { policy: policy.name });
    },
    removePolicy(name, tenantName) {
      const tenant = names.tenant(tenantName);
      const known = directory.policies(tenant).map((policy) => policy.name);
      if (!known.includes(name)) throw unknown("policy", name, known, tenant.name);
      directory.removePolicy(tenant, name);
      recordChange("policy-removed", tenant, { policy: name });
    },
  };
}

/** Changes users and keys, and records each change for each tenant that it affects. */
function changesOf(
  directory: Directory,
  recordChange: RecordChange,
): Omit<WorldControls, keyof NameControls | keyof PolicyControls> {
  const { tenants } = directory.world;
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
          recordChange("refresh-tokens-revoked", tenant);
          continue;
        }
        const here = users.filter((user) => tenant.users.includes(user));
        if (here.length > 0) recordChange("sessions-revoked", tenant, { users: here });
      }
    },
    changePassword(user) {
      directory.revokeSessions([user]);
      recordChange("password-changed", tenantOf(user), { users: [user] });
    },
    disable(user) {
      directory.disable(user);
      recordChange("user-disabled", tenantOf(user), { users: [user] });
    },
    delete(user) {
      directory.delete(user);
      recordChange("user-deleted", tenantOf(user), { users: [user] });
    },
    enableMfa(user) {
      directory.enableMfa(user);
      recordChange("mfa-enabled", tenantOf(user), { users: [user] });
    },
    revokeCertificate(user) {
      if (user.signsInWith !== "certificate") {
        throw new HarnessError("bad-scenario", `${user.upn} signs in without a certificate`, {
          place: "revokeCertificate",
          hint: 'Give the user of your world signsInWith: "certificate".',
        });
      }
      directory.revokeCertificate(user);
      recordChange("certificate-revoked", tenantOf(user), { users: [user] });
    },
    raiseRisk(user) {
      directory.raiseRisk(user);
      recordChange("user-risk-high", tenantOf(user), { users: [user] });
    },
    setGroups(user, groups) {
      directory.setGroups(user, groups);
      recordChange("groups-changed", tenantOf(user), { users: [user] });
    },
    setLocation(user, location) {
      directory.setLocation(user, location);
      recordChange("location-changed", tenantOf(user), { users: [user] });
    },
    rotateKeys({ overlapMs = KEY_OVERLAP_MS } = {}) {
      directory.rotateKeys(overlapMs);
      const lasting = overlapMs === KEY_OVERLAP_MS ? {} : { overlapMs };
      for (const tenant of tenants) recordChange("keys-rotated", tenant, lasting);
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
