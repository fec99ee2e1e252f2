/** The real clients on the machines of every source: healthy, in an outage, and where the backup does not reach. */
import { existsSync, readdirSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { editionIds } from "../backup/edition.ts";
import { loadAzureIdentity } from "../../clients/azure-identity.ts";
import { createBareFetch } from "../../clients/reference/bare-fetch.ts";
import type { ClientUnderTest } from "../../clients/client.ts";
import { loadMsalNode } from "../../clients/msal-node/msal-node.ts";
import { hours, minutes, seconds } from "../../core/time/duration.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";
import type { Machine, World } from "../directory/world.ts";
import { tokenServerError } from "../../faults/presets.ts";
import type { FaultPlan } from "../../faults/plan.ts";
import { only, scenario } from "../../../test/support/run.ts";
import { runScenario, type RunOutcome } from "../../runner/run.ts";
import type { OpenApplication, Scenario } from "../../runner/scenario.ts";
import { keyFolder } from "./key-files.ts";

const clients = new Map<string, ClientUnderTest>();
beforeAll(async () => {
  for (const client of [await loadMsalNode(), await loadAzureIdentity(), createBareFetch()])
    clients.set(client.name, client);
});

const clientNames = ["msal-node", "azure-identity", "bare-fetch"] as const;
type ClientName = (typeof clientNames)[number];

const tokenRequest = {
  flow: "managed-identity",
  scopes: ["https://graph.microsoft.com/.default"],
} as const;

async function play(
  name: ClientName,
  script: Scenario["script"],
  more: Partial<Scenario> = {},
): Promise<RunOutcome> {
  const client = clients.get(name);
  if (client === undefined) throw new Error(`no client ${name}`);
  return runScenario(scenario(script, more), { client, mount: "direct", seed: "1" });
}

/** Asks at the start and once in an outage that begins later; who answered, and what the second call got. */
async function throughOutage(
  name: ClientName,
  opening: OpenApplication,
  more: { settings?: Partial<ServiceSettings>; world?: World; faults?: FaultPlan } = {},
) {
  const outcome = await play(
    name,
    async ({ open, clock }) => {
      const application = await open(opening);
      const first = await application.acquire(tokenRequest);
      expect(await application.callApi(first, "graph")).toEqual({ status: 200 });
      await clock.until(hours(25));
      const second = await application.attempt(tokenRequest);
      if (second instanceof Error) return;
      expect(second.accessToken).not.toBe(first.accessToken);
      expect(await application.callApi(second, "graph")).toEqual({ status: 200 });
    },
    { faults: [tokenServerError({ from: hours(20), for: hours(12) })], ...more },
  );
  const atMachine = only(outcome, "exchange-ended").filter(
    ({ servedBy }) => servedBy !== "resource",
  );
  const codes = only(outcome, "operation-completed").map((ended) =>
    ended.outcome === "fail" ? ended.error.code : ended.outcome,
  );
  return { by: atMachine.map(({ servedBy }) => servedBy), codes, outcome };
}

/** Arc asks for its key file first, each time. */
const byOf = (source: string, second: string): string[] =>
  source === "azure-arc" ? ["machine", "primary", "machine", second] : ["primary", second];

/** Each machine with each identity that it has, and each way to name a user-assigned one there. */
const places = (contoso.machines ?? []).flatMap(({ name, source, identities }) =>
  identities.flatMap((app) => {
    const ways =
      app !== "shop-identity"
        ? [undefined]
        : source === "machine-learning"
          ? (["clientId"] as const)
          : (["clientId", "objectId", "resourceId"] as const);
    return ways.map((identifiedBy) => ({ machine: name, source, app, identifiedBy }));
  }),
);

describe.each(["msal-node", "azure-identity"] as const)("%s", (client) => {
  it.each(places)(
    "gets a token on $machine ($source) for $app by $identifiedBy, in an outage from the backup",
    async ({ machine, source, app, identifiedBy }) => {
      const opening = { app, machine, ...(identifiedBy === undefined ? {} : { identifiedBy }) };
      const { by, codes } = await throughOutage(client, opening, {
        settings: { backup: "2026-03" },
      });
      expect(by).toEqual(byOf(source, "backup"));
      expect(codes).toEqual(["ok", "ok"]);
    },
  );

  it("gets an error of the machine's endpoint where there is no backup", async () => {
    const { by, codes, outcome } = await throughOutage(client, {
      app: "web-vm-identity",
      machine: "web-vm",
    });
    expect(by).toEqual(["primary", ...Array.from({ length: 4 }, () => "primary")]);
    expect(codes).toEqual(["ok", "unknown"]);
    const last = only(outcome, "exchange-ended").at(-1);
    expect(last).toMatchObject({
      end: { status: 500, body: expect.stringContaining("Failed to retrieve token") as unknown },
      faults: ["token-server-error"],
    });
  });

  it("has no cache of an earlier process", async () => {
    const outcome = await play(client, async ({ open }) => {
      const application = await open({ app: "web-vm-identity", machine: "web-vm" });
      await application.acquire(tokenRequest);
      await application.acquire(tokenRequest);
      await application.restart();
      await application.acquire(tokenRequest);
    });
    expect(only(outcome, "exchange-began")).toHaveLength(2);
  });
});

describe("bare-fetch", () => {
  it.each(places.filter(({ identifiedBy = "clientId" }) => identifiedBy === "clientId"))(
    "gets a token on $machine ($source) for $app",
    async ({ machine, source, app }) => {
      const { by, codes } = await throughOutage(
        "bare-fetch",
        { app, machine },
        { settings: { backup: "2026-03" } },
      );
      expect(by).toEqual(byOf(source, "backup"));
      expect(codes).toEqual(["ok", "ok"]);
    },
  );
});

describe("a region", () => {
  it("can be broken without an effect on another region", async () => {
    const where = { region: "northeurope" };
    const outcome = await play(
      "msal-node",
      async ({ open, clock }) => {
        const west = await open({ app: "web-vm-identity", machine: "web-vm" });
        const north = await open({ app: "batch-vm-identity", machine: "batch-vm" });
        await clock.until(minutes(5));
        expect(await west.attempt(tokenRequest)).not.toBeInstanceOf(Error);
        expect(await north.attempt(tokenRequest)).toBeInstanceOf(Error);
      },
      { faults: [tokenServerError({ from: 0, for: hours(1), where })] },
    );
    const faulted = only(outcome, "exchange-ended").filter(({ faults }) => faults !== undefined);
    expect(faulted).toHaveLength(4);
  });

  it("has its own backup, which can be down as well", async () => {
    const where = { region: "northeurope" };
    const down = tokenServerError({ from: 0, for: hours(1) });
    await play(
      "msal-node",
      async ({ open, clock }) => {
        const west = await open({ app: "web-vm-identity", machine: "web-vm" });
        const north = await open({ app: "batch-vm-identity", machine: "batch-vm" });
        await clock.until(minutes(5));
        expect(await west.attempt(tokenRequest)).not.toBeInstanceOf(Error);
        expect(await north.attempt(tokenRequest)).toBeInstanceOf(Error);
      },
      {
        settings: { backup: "2026-03" },
        faults: [down, { ...down, id: "backup", at: "backup", where }],
      },
    );
  });
});

describe("the backup", () => {
  const clouds: readonly NonNullable<Machine["cloud"]>[] = [
    "commercial",
    "government",
    "government-secret",
    "government-top-secret",
    "21vianet",
  ];
  const machineIn = (cloud: NonNullable<Machine["cloud"]>): World => ({
    ...contoso,
    machines: (contoso.machines ?? []).map((machine) => ({ ...machine, cloud })),
  });

  it.each(editionIds.flatMap((edition) => clouds.map((cloud) => [edition, cloud] as const)))(
    "serves identities by the text of %s in the cloud %s as the text says",
    async (edition, cloud) => {
      // D.4: everywhere, but for 21Vianet before 2025-07.
      const isServed = cloud !== "21vianet" || edition >= "2025-07";
      const { by, codes } = await throughOutage(
        "msal-node",
        { app: "web-vm-identity", machine: "web-vm" },
        { settings: { backup: edition }, world: machineIn(cloud) },
      );
      expect([by[1], codes[1]]).toEqual(isServed ? ["backup", "ok"] : ["primary", "unknown"]);
    },
  );

  it.each([
    ["any", "ok"],
    ["seen", "unknown"],
  ] as const)(
    "that serves %s identity answers one that it never observed: %s",
    async (identities, code) => {
      const outcome = await play(
        "msal-node",
        async ({ open, clock }) => {
          await clock.until(minutes(5));
          const application = await open({ app: "web-vm-identity", machine: "web-vm" });
          await application.attempt(tokenRequest);
        },
        {
          settings: { backup: "2026-03", backupManagedIdentities: identities },
          faults: [tokenServerError({ from: 0, for: hours(1) })],
        },
      );
      const [ended] = only(outcome, "operation-completed");
      expect(ended?.outcome === "fail" ? ended.error.code : ended?.outcome).toBe(code);
    },
  );
});

describe("a window at the machine", () => {
  it("breaks the endpoint; one at the edge or in DNS does not", async () => {
    const trouble = (at: "machine" | "edge") =>
      ({ id: at, at, on: "all", from: 0, for: hours(1), effect: { kind: "refused" } }) as const;
    const asked = async (faults: FaultPlan): Promise<string | undefined> => {
      const outcome = await play(
        "msal-node",
        async ({ open }) => {
          const application = await open({ app: "web-vm-identity", machine: "web-vm" });
          await application.attempt(tokenRequest);
        },
        { faults },
      );
      return only(outcome, "exchange-ended").at(-1)?.servedBy;
    };
    expect(await asked([trouble("machine")])).toBe("machine");
    expect(await asked([trouble("edge")])).toBe("primary");
  });

  it("with an HTML answer ends MSAL's retries, as measured", async () => {
    const body = { form: "html", title: "Bad Gateway" } as const;
    const effect = { kind: "server-error", status: 502, body } as const;
    const outcome = await play(
      "msal-node",
      async ({ open }) => {
        const application = await open({ app: "web-vm-identity", machine: "web-vm" });
        await application.attempt(tokenRequest);
      },
      { faults: [{ id: "html", at: "machine", on: "all", from: 0, for: hours(1), effect }] },
    );
    expect(only(outcome, "exchange-began")).toHaveLength(1);
    expect(only(outcome, "operation-completed")).toMatchObject([
      { error: { code: "token_parsing_error" } },
    ]);
  });
});

describe("IMDS", () => {
  it("throttles a burst of applications on one machine; MSAL waits and succeeds", async () => {
    const outcome = await play("msal-node", async ({ open, clock }) => {
      const applications = [];
      for (let count = 0; count < 8; count += 1)
        applications.push(await open({ app: "web-vm-identity", machine: "web-vm" }));
      await Promise.all(applications.map((application) => application.acquire(tokenRequest)));
      expect(clock.elapsed()).toBeLessThan(seconds(3));
    });
    const statuses = only(outcome, "exchange-ended").map(({ end }) =>
      end.kind === "response" ? end.status : end.kind,
    );
    // The limit is of the machine: all eight programs stand on the same one.
    expect(statuses.filter((status) => status === 429)).toHaveLength(3);
    expect(statuses.filter((status) => status === 200)).toHaveLength(8);
  });
});

describe("Azure Arc", () => {
  it("leaves no key file behind, used or not", async () => {
    await play("msal-node", async ({ open }) => {
      const application = await open({ app: "till-arc-identity", machine: "till-arc" });
      await application.acquire(tokenRequest);
    });
    const left = existsSync(keyFolder()) ? readdirSync(keyFolder()) : [];
    expect(left.filter((name) => name.startsWith(`brownout-${process.pid}-`))).toEqual([]);
  });
});
