import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { explain } from "../../core/explain.ts";
import { fixturePem } from "../../../test/support/saml.ts";
import { checkWorld } from "./world-schema.ts";
import type { Machine, Tenant, World } from "./world.ts";

const [first] = contoso.tenants;

function withTenant(change: Readonly<Record<string, unknown>>): World {
  return { ...contoso, tenants: [{ ...first, ...change } as Tenant, ...contoso.tenants.slice(1)] };
}

const identity = first?.apps.find(({ kind }) => kind === "managed-identity");

/** The first machine of the world, once for each change. */
function withMachine(...changes: readonly Readonly<Record<string, unknown>>[]): World {
  const machines = changes.map((change) => ({ ...contoso.machines?.[0], ...change }) as Machine);
  return { ...contoso, machines };
}

/** The fixture world with another SAML registration of its first SAML app. */
function withSaml(change: Readonly<Record<string, unknown>>): World {
  const app = first?.apps.find(({ saml }) => saml !== undefined);
  return withTenant({ apps: [{ ...app, saml: { ...app?.saml, ...change } }] });
}

describe("a world", () => {
  it("of the fixtures is valid", () => {
    expect(checkWorld(contoso)).toBe(contoso);
  });

  it.each([
    [{ tenants: 5 } as unknown as World, "world.name"],
    [{ ...contoso, tenants: 5 } as unknown as World, "world.tenants"],
    [5 as unknown as World, "world"],
    [{ ...contoso, resources: undefined } as unknown as World, "world.resources"],
    [{ ...contoso, tenants: [] }, "world.tenants"],
    [{ ...contoso, tenants: [null] } as unknown as World, "world.tenants[0]"],
    [{ ...contoso, tenants: [...contoso.tenants, ...contoso.tenants] }, "world.tenants[2].id"],
    [withTenant({ id: "contoso" }), "world.tenants[0].id"],
    [withTenant({ users: undefined }), "world.tenants[0].users"],
    [
      withTenant({ apps: [{ ...first?.apps[0], secrets: "s" }] }),
      "world.tenants[0].apps[0].secrets",
    ],
    [
      withTenant({ apps: [{ ...first?.apps[0], secrets: [] }] }),
      "world.tenants[0].apps[0].secrets",
    ],
    [
      withTenant({ apps: [{ ...first?.apps[0], clientId: "X" }] }),
      "world.tenants[0].apps[0].clientId",
    ],
    [withTenant({ apps: [first?.apps[0], first?.apps[0]] }), "world.tenants[0].apps[1].name"],
    [
      withTenant({
        apps: [{ ...first?.apps[0], redirectUris: [{ type: "web", uri: "/redirect" }] }],
      }),
      "world.tenants[0].apps[0].redirectUris[0].uri",
    ],
    [withTenant({ users: [{ ...first?.users[0], id: "adele" }] }), "world.tenants[0].users[0].id"],
    [
      withTenant({ users: [{ ...first?.users[0], kind: "guest", homeTenant: "nowhere" }] }),
      "world.tenants[0].users[0].homeTenant",
    ],
    [withSaml({ identifiers: "x" }), "world.tenants[0].apps[0].saml.identifiers"],
    [withSaml({ identifiers: [] }), "world.tenants[0].apps[0].saml.identifiers"],
    [withSaml({ identifiers: ["a", "a"] }), "world.tenants[0].apps[0].saml.identifiers[1]"],
    [withSaml({ replyUrls: [] }), "world.tenants[0].apps[0].saml.replyUrls"],
    [withSaml({ replyUrls: ["/acs"] }), "world.tenants[0].apps[0].saml.replyUrls[0]"],
    [withSaml({ sign: "nothing" }), "world.tenants[0].apps[0].saml.sign"],
    [withSaml({ certificate: "MII" }), "world.tenants[0].apps[0].saml.certificate"],
    [
      withSaml({ privateKey: fixturePem("travel.key") }),
      "world.tenants[0].apps[0].saml.privateKey",
    ],
    [withSaml({ privateKey: undefined }), "world.tenants[0].apps[0].saml.privateKey"],
    [withSaml({ requestCertificates: 1 }), "world.tenants[0].apps[0].saml.requestCertificates"],
    [withSaml({ requestCertificates: [] }), "world.tenants[0].apps[0].saml.requestCertificates"],
    [
      withSaml({ requestCertificates: [""] }),
      "world.tenants[0].apps[0].saml.requestCertificates[0]",
    ],
    [withMachine({}, {}), "world.machines[1].name"],
    [withMachine({ source: "vm" }), "world.machines[0].source"],
    [withMachine({ region: "West Europe" }), "world.machines[0].region"],
    [withMachine({ source: "azure-arc", podIdentity: true }), "world.machines[0].podIdentity"],
    [withMachine({ tenant: "nowhere" }), "world.machines[0].tenant"],
    [withMachine({ identities: ["portal"] }), "world.machines[0].identities[0]"],
    [
      withMachine({ identities: ["web-vm-identity", "batch-vm-identity"] }),
      "world.machines[0].identities",
    ],
    [
      withMachine({ source: "cloud-shell", identities: ["shop-identity"] }),
      "world.machines[0].identities",
    ],
    [{ ...contoso, machines: 5 } as unknown as World, "world.machines"],
    [
      withTenant({ apps: [{ ...identity, managedIdentity: undefined }] }),
      "world.tenants[0].apps[0].managedIdentity",
    ],
    [
      withTenant({ apps: [{ ...identity, kind: "native" }] }),
      "world.tenants[0].apps[0].managedIdentity",
    ],
    [
      withTenant({ apps: [{ ...identity, secrets: [{ value: "s" }] }] }),
      "world.tenants[0].apps[0].secrets",
    ],
  ])("with a mistake is refused where the mistake is (%#)", (world, place) => {
    expect(() => checkWorld(world)).toThrow(expect.objectContaining({ code: "bad-world", place }));
  });
});

describe("a mistake in a world", () => {
  const app = first?.apps[0];

  it.each([
    [
      { ...contoso, settings: undefined },
      "world.settings: expected an object, got nothing\n  Begin with the defaults",
    ],
    [
      { ...contoso, settings: { ...contoso.settings, backup: undefined } },
      '"2026-03", got nothing\n  Begin with the defaults',
    ],
    [
      { ...contoso, settings: { ...contoso.settings, bakup: "off" } },
      'world.settings.bakup: unknown key "bakup"\n  Did you mean "backup"?',
    ],
    [
      withTenant({ apps: [{ ...app, clientId: undefined }] }),
      "tenants[0].apps[0].clientId: expected a GUID in lower case, got nothing",
    ],
    [
      withTenant({ apps: [{ ...app, clientId: "X" }] }),
      'tenants[0].apps[0].clientId: expected a GUID in lower case, got "X"',
    ],
    [
      withTenant({ apps: [{ ...app, kind: "spaa" }] }),
      'tenants[0].apps[0].kind: expected one of "spa", "web", "native", "daemon", "api", "managed-identity", got "spaa"\n  Did you mean "spa"?',
    ],
    [
      withTenant({ apps: [{ ...app, delegated: undefined, delegatd: [] }] }),
      'Did you mean "delegated"?',
    ],
  ])("is reported with what was found and what was expected (%#)", (world, said) => {
    let message = "it was taken";
    try {
      checkWorld(world as unknown as World);
    } catch (error) {
      message = (explain(error) as Error).message;
    }
    expect(message).toContain(said);
  });
});

describe("a Conditional Access policy", () => {
  const policy = {
    name: "MFA",
    state: "enabled",
    users: { include: "all", groups: [], roles: [] },
    apps: "all",
    conditions: [],
    controls: ["mfa"],
    resilienceDefaults: "enabled",
  };

  it("is accepted", () => {
    expect(() => checkWorld(withTenant({ policies: [policy] }))).not.toThrow();
  });

  it.each([
    [{ name: "" }, "name"],
    [{ state: "on" }, "state"],
    [{ users: undefined }, "users"],
    [{ users: { include: "all", roles: [] } }, "users.groups"],
    [{ users: { ...policy.users, roles: "admin" } }, "users.roles"],
    [{ users: { ...policy.users, include: "everybody" } }, "users.include"],
    [{ apps: "mail-app" }, "apps"],
    [{ conditions: undefined }, "conditions"],
    [{ controls: "mfa" }, "controls"],
    [{ resilienceDefaults: true }, "resilienceDefaults"],
  ])("with %j is refused at %s", (change, field) => {
    const place = `world.tenants[0].policies[0].${field}`;
    expect(() => checkWorld(withTenant({ policies: [{ ...policy, ...change }] }))).toThrow(
      expect.objectContaining({ code: "bad-world", place }),
    );
  });
});
