/** Clients in pages of a real browser: each flow once with a healthy service, and how they describe errors. */
import type { EventEmitter } from "node:events";
import { afterAll, describe, expect, it } from "vitest";
import { wantsNoBrowser } from "../../browser/launch/find-browser.ts";
import { processBrowser } from "../../browser/launch/launch.ts";
import { hours, minutes } from "../../core/time/duration.ts";
import { tokenServerError } from "../../faults/presets.ts";
import type { Flow } from "../../history/event.ts";
import { loadClient } from "../registry.ts";
import { runScenario, type RunOutcome } from "../../runner/run.ts";
import { graph, only, scenario } from "../../../test/support/run.ts";
import type { Scenario } from "../../runner/scenario.ts";
import { loadMsal1, msal1Flows } from "./msal-1.ts";
import { loadMsalBrowser, msalBrowserFlows } from "./msal-browser.ts";

async function runWith(
  name: string,
  script: Scenario["script"],
  more: Partial<Scenario> = {},
): Promise<RunOutcome> {
  const wanted = scenario(script, more);
  const client = await loadClient(name, wanted);
  return runScenario(wanted, { client, mount: "proxy", seed: "1" });
}

const flowsOf: readonly (readonly [string, readonly Flow[]])[] = [
  ["msal-browser", msalBrowserFlows],
  ["msal", msal1Flows],
];

describe.skipIf(wantsNoBrowser())("a client in a page", () => {
  afterAll(() => processBrowser.close());

  describe.each(flowsOf)("%s", (name, flows) => {
    it("gets a usable token with each flow that it supports, and its requests belong to the call", async () => {
      const outcome = await runWith(name, async ({ open, world, clock }) => {
        const user = world.user("adele");
        const spa = await open({ app: "spa" });
        for (const flow of flows.toSorted((one) => (/silent/.test(one) ? 1 : -1))) {
          await spa.acquire({ flow, scopes: flow === "id-token" ? ["openid"] : graph, user });
          await clock.sleep(hours(2));
        }
      });
      const ends = only(outcome, "operation-completed");
      expect(ends.map((end) => end.outcome === "ok" && end.token !== undefined)).toEqual(
        flows.map(() => true),
      );
      const account = only(outcome, "operation-invoked")[0]?.user;
      expect(new Set(ends.map((end) => end.outcome === "ok" && end.user))).toEqual(
        new Set([account]),
      );
      const asked = new Set(only(outcome, "exchange-began").map(({ operation }) => operation));
      for (const { operation } of ends) expect(asked).toContain(operation);
    });

    it("returns from a redirect, also when the browser reports late that the page before it was loaded", async () => {
      const outcome = await runWith(name, async ({ open, world }) => {
        const spa = await open({ app: "spa" });
        const flow = "redirect";
        const call = spa.acquire({ flow, scopes: graph, user: world.user("adele") });
        const browser = await processBrowser.launchBrowser();
        for (const page of browser.contexts().flatMap((context) => context.pages()))
          (page as unknown as EventEmitter).emit("load", page);
        await call;
      });
      expect(only(outcome, "operation-completed")).toMatchObject([{ outcome: "ok" }]);
    });

    it("describes what failed, and when interaction is required", async () => {
      const outcome = await runWith(
        name,
        async ({ open, world, clock }) => {
          const user = world.user("adele");
          const spa = await open({ app: "spa" });
          const ask = { flow: "silent", scopes: graph, user } as const;
          await spa.acquire({ ...ask, flow: "popup" });
          await clock.until(hours(2));
          expect(spa.needsInteraction(await spa.attempt(ask))).toBe(false);
          world.revokeSessions([user]);
          await clock.until(hours(4));
          expect(spa.needsInteraction(await spa.attempt(ask))).toBe(true);
        },
        {
          faults: [
            {
              ...tokenServerError({ from: hours(2), for: minutes(1) }),
              on: ["token", "authorize"],
            },
          ],
        },
      );
      const [, failed, refused] = only(outcome, "operation-completed");
      expect(failed).toMatchObject({
        outcome: "fail",
        error: { code: expect.stringMatching(/./) },
      });
      expect(refused).toMatchObject({ outcome: "fail", error: { interactionRequired: true } });
    });

    it("caches its tokens in the chosen storage", async () => {
      const outcome = await runWith(name, async ({ open, world }) => {
        const user = world.user("adele");
        for (const cache of ["session", "persisted"] as const) {
          const spa = await open({ app: "spa", cache, browser: cache });
          const ask = { flow: "silent", scopes: graph, user } as const;
          await spa.acquire({ ...ask, flow: "popup" });
          await spa.tabs.reload();
          await spa.acquire(ask);
          await spa.tabs.open();
          await spa.attempt(ask);
        }
      });
      const ends = only(outcome, "operation-completed").map((end) => end.outcome);
      expect(ends).toEqual(["ok", "ok", "fail", "ok", "ok", "ok"]);
    });

    it("signs in the requested user, also when another user is signed in", async () => {
      const outcome = await runWith(name, async ({ open, world }) => {
        const spa = await open({ app: "spa" });
        for (const person of ["adele", "megan"]) {
          const ask = { scopes: graph, user: world.user(person) } as const;
          await spa.acquire({ ...ask, flow: "popup" });
        }
      });
      const asked = only(outcome, "operation-invoked").map(({ user }) => user);
      const got = only(outcome, "operation-completed").map(
        (end) => end.outcome === "ok" && end.user,
      );
      expect(got).toEqual(asked);
      expect(new Set(asked).size).toBe(2);
    });

    it("is rejected without a browser, and for an app that is not a single-page app", async () => {
      const wanted = scenario(async ({ open }) => void (await open({ app: "portal" })));
      const client = await loadClient(name, wanted);
      const refusal = (mount: "direct" | "proxy") =>
        runScenario(wanted, { client, mount, seed: "1" }).catch((error: unknown) => error);
      expect(await refusal("direct")).toMatchObject({ code: "bad-usage", place: name });
    });
  });

  it("keeps two applications in one browser separate, and two browsers", async () => {
    const outcome = await runWith("msal-browser", async ({ open, world }) => {
      const opening = ["adele", "megan"].map(async (person, index) => {
        const spa = await open({ app: "spa", browser: index === 0 ? "office" : "home" });
        return { spa, ask: { flow: "popup", scopes: graph, user: world.user(person) } as const };
      });
      const opened = await Promise.all(opening);
      await Promise.all(opened.map(({ spa, ask }) => spa.acquire(ask)));
    });
    const invoked = new Map(only(outcome, "operation-invoked").map((one) => [one.operation, one]));
    for (const { operation, client } of only(outcome, "exchange-began")) {
      expect(client).toBe(invoked.get(operation ?? 0)?.client);
    }
    expect(
      only(outcome, "prompt-shown")
        .map(({ client }) => client)
        .toSorted(),
    ).toEqual(["spa-1", "spa-2"]);
  });

  it("rejects a cache that the library does not have", async () => {
    const open = (name: string) =>
      runWith(name, async (context) => void (await context.open({ app: "spa", cache: "memory" })));
    await expect(open("msal")).rejects.toMatchObject({
      code: "bad-scenario",
      hint: "Its caches are session, persisted.",
    });
    await open("msal-browser");
  });
});

it("a page client has the version of its package", async () => {
  expect(await loadMsalBrowser()).toMatchObject({ name: "msal-browser", inBrowser: true });
  expect(await loadMsal1()).toMatchObject({ name: "msal", version: expect.stringMatching(/^1\./) });
});
