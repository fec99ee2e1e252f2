import { describe, expect, it, vi } from "vitest";
import type { Flow } from "../history/event.ts";
import { packagedDrivers } from "./drivers/drivers.ts";
import { clientNames, loadClient } from "./registry.ts";
import { runScenario } from "../runner/run.ts";
import { graph, only, scenario } from "../../test/support/run.ts";
import type { Application } from "./application.ts";
import type { Scenario, ScriptContext } from "../runner/scenario.ts";
import { minutes, hours } from "../core/time/duration.ts";
import { tokenServerError } from "../faults/presets.ts";

/** One call of each flow, by an application of the kind that the flow is for. */
const calls: Readonly<Partial<Record<Flow, (context: ScriptContext) => Promise<unknown>>>> = {
  "client-credentials": async ({ open }) =>
    (await open({ app: "nightly-daemon" })).acquire({
      flow: "client-credentials",
      scopes: ["https://graph.microsoft.com/.default"],
    }),
  "authorization-code": async ({ open, world }) =>
    (await open({ app: "portal" })).acquire({
      flow: "authorization-code",
      scopes: graph,
      user: world.user("adele"),
    }),
  silent: async ({ open, world, clock }) => {
    const desktop = await open({ app: "desk-app" });
    const user = world.user("adele");
    await desktop.acquire({ flow: "authorization-code", scopes: graph, user });
    await clock.sleep(hours(2));
    return desktop.acquire({ flow: "silent", scopes: graph, user });
  },
  "refresh-token": async ({ open, world }) => {
    const user = world.user("adele");
    const portal = await open({ app: "portal" });
    await portal.acquire({ flow: "authorization-code", scopes: graph, user });
    return portal.acquire({ flow: "refresh-token", scopes: graph, user });
  },
  "on-behalf-of": async ({ open, world }) => {
    const user = world.user("megan");
    const portal = await open({ app: "portal" });
    const front = await portal.acquire({
      flow: "authorization-code",
      scopes: ["api://orders/access_as_user"],
      user,
    });
    const api = await open({ app: "orders-api" });
    return api.acquire({
      flow: "on-behalf-of",
      scopes: graph,
      user,
      credential: front.accessToken,
    });
  },
  password: async ({ open, world }) =>
    (await open({ app: "desk-app" })).acquire({
      flow: "password",
      scopes: graph,
      user: world.user("adele"),
    }),
  "device-code": async ({ open, world }) =>
    (await open({ app: "desk-app" })).acquire({
      flow: "device-code",
      scopes: graph,
      user: world.user("adele"),
    }),
};

function runWith(name: string, script: Scenario["script"], more: Partial<Scenario> = {}) {
  const wanted = scenario(script, more);
  return loadClient(name, wanted).then((client) =>
    runScenario(wanted, { client, mount: "direct", seed: "1" }),
  );
}

describe.each(["msal-node", "bare-fetch"])("%s", (name) => {
  it.each(Object.keys(calls) as Flow[])(
    "gets a usable token by %s where it knows the flow",
    async (flow) => {
      const client = await loadClient(
        name,
        scenario(() => Promise.resolve()),
      );
      if (!client.flows.includes(flow)) return;
      const outcome = await runWith(name, async (context) => void (await calls[flow]?.(context)));
      const ends = only(outcome, "operation-completed");
      expect(ends.every((end) => end.outcome === "ok" && end.token !== undefined)).toBe(true);
      expect(ends.length).toBeGreaterThan(0);
    },
  );

  it("describes why a call failed", async () => {
    const script: Scenario["script"] = async ({ open, world }) => {
      const daemon = await open({ app: "nightly-daemon" });
      await daemon.attempt({ flow: "client-credentials", scopes: ["api://nowhere/.default"] });
      const desktop = await open({ app: "desk-app" });
      await desktop.attempt({ flow: "silent", scopes: graph, user: world.user("alex") });
    };
    const ends = only(await runWith(name, script), "operation-completed");
    expect(ends.map((end) => end.outcome === "fail" && end.error.interactionRequired)).toEqual([
      false,
      true,
    ]);
    expect(
      ends.every(
        (end) =>
          end.outcome === "fail" &&
          end.error.code !== "" &&
          !end.error.message.includes("Trace ID"),
      ),
    ).toBe(true);
  });

  it("requires interaction when the session was revoked", async () => {
    const script: Scenario["script"] = async ({ open, world, clock }) => {
      const user = world.user("adele");
      const portal = await open({ app: "portal" });
      await portal.acquire({ flow: "authorization-code", scopes: graph, user });
      await clock.sleep(minutes(10));
      world.revokeSessions([user]);
      await clock.sleep(hours(2));
      await portal.attempt({ flow: "silent", scopes: graph, user });
    };
    const last = only(await runWith(name, script), "operation-completed").at(-1);
    expect(last?.outcome === "fail" && last.error.interactionRequired).toBe(true);
  });
});

describe("msal-node", () => {
  it("is not helped to read a saved cache: its account comes from the session", async () => {
    const { TokenCache } = await import("@azure/msal-node");
    const reads = vi.spyOn(TokenCache.prototype, "getAllAccounts");
    const script: Scenario["script"] = async ({ open, world }) => {
      const user = world.user("adele");
      const portal = await open({ app: "portal", cache: "persisted" });
      await portal.acquire({ flow: "authorization-code", scopes: graph, user });
      await portal.restart();
      await portal.acquire({ flow: "silent", scopes: graph, user });
    };
    const ends = only(await runWith("msal-node", script), "operation-completed");
    expect(ends.map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
    expect(reads).not.toHaveBeenCalled();
  });
});

describe("a client with a certificate", () => {
  it("authenticates with a signed assertion, which no journal contains", async () => {
    const script: Scenario["script"] = async ({ open }) => {
      const daemon: Application = await open({ app: "cert-daemon" });
      await daemon.acquire({
        flow: "client-credentials",
        scopes: ["https://graph.microsoft.com/.default"],
      });
    };
    const outcome = await runWith("msal-node", script);
    expect(only(outcome, "exchange-began")[0]?.form?.["client_assertion"]).toBe("<redacted>");
    expect(only(outcome, "operation-completed")[0]?.outcome).toBe("ok");
  });
});

describe("the good reference client", () => {
  it("backs off as the guidance says, and recovers", async () => {
    const script: Scenario["script"] = async ({ open, clock }) => {
      const daemon = await open({ app: "nightly-daemon" });
      for (let second = 0; second < 300; second += 1) {
        await daemon.attempt({
          flow: "client-credentials",
          scopes: ["https://graph.microsoft.com/.default"],
        });
        await clock.sleep(1_000);
      }
    };
    const outcome = await runWith("bare-fetch", script, {
      faults: [tokenServerError({ from: 0, for: minutes(2) })],
    });
    const tokenAsked = only(outcome, "exchange-began").filter(
      ({ endpoint }) => endpoint === "token",
    );
    const gaps = tokenAsked
      .slice(1)
      .map(({ at }, index) => (at - (tokenAsked[index]?.at ?? 0)) / 1_000);
    expect(gaps).toEqual([5, 10, 20, 40, 60]);
    expect(only(outcome, "operation-completed").at(-1)?.outcome).toBe("ok");
  });
});

describe("the user's own app", () => {
  const own = scenario(() => Promise.resolve(), { app: { name: "my-app", version: "1.4.0" } });

  it.each([undefined, "my-app", "my-app@1.4"])(
    "is the client of a run with --client %s",
    async (wanted) => {
      expect(await loadClient(wanted, own)).toMatchObject({ name: "my-app", version: "1.4.0" });
    },
  );

  it("is not called msal-node when the scenario does not name it", async () => {
    const nameless = scenario(() => Promise.resolve());
    expect((await loadClient(undefined, nameless)).name).toBe("own-code");
    expect((await loadClient("own-code@0", nameless)).name).toBe("own-code");
    const driving = scenario(() => Promise.resolve(), { needs: ["silent"] });
    expect((await loadClient(undefined, driving)).name).toBe("msal-node");
  });

  it("is not used when another client is named", async () => {
    expect((await loadClient("bare-fetch", own)).name).toBe("bare-fetch");
  });
});

describe("the registry of clients", () => {
  const others = clientNames.filter((name) => !packagedDrivers.has(name));

  it.each(others)("loads %s", async (name) => {
    expect(
      (
        await loadClient(
          name,
          scenario(() => Promise.resolve()),
        )
      ).name,
    ).toBe(name);
  });

  it.each([
    ["msal-nod", "unknown-client", "msal-node"],
    ["msal-node@1", "client-not-installed", "npm install @azure/msal-node@1"],
  ])("%s is %s, with a way out", async (wanted, code, hint) => {
    const error = await loadClient(
      wanted,
      scenario(() => Promise.resolve()),
    ).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    expect((error as { hint: string }).hint).toContain(hint);
  });

  it.each(["msal-node@7", "msal-node@7.2", "msal-node@7.2.1"])(
    "%s is the installed one",
    async (wanted) => {
      expect(
        (
          await loadClient(
            wanted,
            scenario(() => Promise.resolve()),
          )
        ).version,
      ).toBe("7.2.1");
    },
  );
});
