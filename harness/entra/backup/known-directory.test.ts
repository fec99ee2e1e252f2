/** What the backup knows of policies and revocations, and since when. */
import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { createDirectory } from "../directory/directory.ts";
import type { Tenant, World } from "../directory/world.ts";
import { createKnownDirectory } from "./known-directory.ts";

const MINUTE_MS = 60_000;

/** A policy that is known by its name only. */
const policy = (name: string) =>
  ({
    name,
    state: "enabled",
    users: { include: "all", groups: [], roles: [] },
    apps: "all",
    conditions: [],
    controls: ["mfa"],
    resilienceDefaults: "enabled",
  }) as const;

function begin() {
  const world: World = {
    ...contoso,
    tenants: contoso.tenants.map((tenant) => ({ ...tenant, policies: [policy("first")] })),
  };
  const [tenant] = world.tenants as [Tenant];
  const [user, other] = tenant.users as [Tenant["users"][0], Tenant["users"][0]];
  let nowMs = Date.UTC(2026, 2, 2, 8);
  let isDown = false;
  let wellAtMs = nowMs;
  const clock = { now: () => nowMs, sleep: () => Promise.resolve() };
  const directory = createDirectory(world, clock);
  const known = createKnownDirectory({
    directory,
    clock,
    revocationDelaySeconds: 900,
    primaryWellAtMs: () => (isDown ? wellAtMs : nowMs),
  });
  return {
    known,
    directory,
    tenant,
    user,
    other,
    pass: (minutes: number) => void (nowMs += minutes * MINUTE_MS),
    fail: () => {
      wellAtMs = nowMs;
      isDown = true;
    },
    recover: () => void (isDown = false),
    add: (name: string) => directory.setPolicy(tenant, policy(name)),
    names: () => known.policies(tenant).map(({ name }) => name),
  };
}

describe("the policies that the backup knows", () => {
  it("are those of the directory while the primary is well, also when they change", () => {
    const { names, add, pass } = begin();
    expect(names()).toEqual(["first"]);
    pass(1);
    add("second");
    expect(names()).toEqual(["first", "second"]);
  });

  it("are in an outage those from before it, and after it the changed ones", () => {
    const bench = begin();
    bench.pass(10);
    bench.fail();
    bench.pass(1);
    bench.add("second");
    bench.pass(1);
    bench.add("third");
    expect(bench.names()).toEqual(["first"]);
    bench.recover();
    bench.pass(1);
    expect(bench.names()).toEqual(["first", "second", "third"]);
  });

  it("are in the next outage what was changed in the one before, and not what is changed in it", () => {
    const bench = begin();
    bench.fail();
    bench.pass(1);
    bench.add("second");
    bench.recover();
    bench.pass(10);
    bench.fail();
    bench.pass(1);
    bench.add("third");
    expect(bench.names()).toEqual(["first", "second"]);
    expect(bench.names()).toEqual(["first", "second"]);
    bench.recover();
    bench.pass(1);
    expect(bench.names()).toEqual(["first", "second", "third"]);
  });

  it("follow a change that is made in the moment in which the primary fails", () => {
    const bench = begin();
    bench.fail();
    bench.add("second");
    expect(bench.names()).toEqual(["first", "second"]);
  });

  it("are as they are now once the primary has served the tenant", () => {
    const bench = begin();
    bench.fail();
    bench.pass(1);
    bench.add("second");
    bench.known.refresh(bench.tenant);
    expect(bench.names()).toEqual(["first", "second"]);
    // Nothing older comes back later.
    bench.recover();
    bench.pass(1);
    bench.directory.removePolicy(bench.tenant, "second");
    bench.pass(1);
    expect(bench.names()).toEqual(["first"]);
  });
});

describe("the revocations that the backup knows", () => {
  it("are those of the user that have had the time to arrive, also in an outage", () => {
    const { known, directory, user, other, pass, fail } = begin();
    fail();
    directory.revokeSessions([user]);
    pass(1);
    directory.revokeSessions([user]);
    const counts = () => [known.revocations(user.id), known.revocations(other.id)];
    pass(13.9);
    expect(counts()).toEqual([0, 0]);
    pass(0.1);
    expect(counts()).toEqual([1, 0]);
    pass(1);
    expect(counts()).toEqual([2, 0]);
  });
});
