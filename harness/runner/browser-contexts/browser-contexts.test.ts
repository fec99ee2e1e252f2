/** What the history of a run says of browsers: windows, screens, and the person who signs in. */
import type { Page } from "@playwright/test";
import { afterAll, describe, expect, it, vi } from "vitest";
import { wantsNoBrowser } from "../../browser/launch/find-browser.ts";
import { processBrowser } from "../../browser/launch/launch.ts";
import type { ClientUnderTest } from "../../clients/client.ts";
import { loadMsalBrowser } from "../../clients/pages/msal-browser.ts";
import { minutes, seconds } from "../../core/time/duration.ts";
import { createVirtualClock } from "../../core/time/virtual-clock.ts";
import type { FaultWindow } from "../../faults/plan.ts";
import { createRecorder } from "../../history/recorder.ts";
import type { BrowserProfile } from "../../network/mount.ts";
import { uncaughtError } from "../../rules/uncaught-error.ts";
import { requestLoop } from "../../rules/request-loop.ts";
import { runScenario, type RunOutcome } from "../run.ts";
import type { Scenario } from "../scenario.ts";
import { createAttribution } from "../simulation/attribution.ts";
import { createBrowserContexts } from "./browser-contexts.ts";
import { graph, only, scenario } from "../../../test/support/run.ts";
import { createTurns } from "./turns.ts";

vi.setConfig({ testTimeout: 60_000 });

async function run(script: Scenario["script"], more: Partial<Scenario> = {}): Promise<RunOutcome> {
  return runScenario(scenario(script, more), {
    client: await loadMsalBrowser(),
    mount: "proxy",
    seed: "1",
  });
}

/** What happened to tabs and what was seen in them, a word each, with the second at which it was. */
function seenIn(outcome: RunOutcome, tab: RegExp): readonly string[] {
  const { header, events } = outcome.history;
  return events.flatMap((event) => {
    if (event.kind !== "screen-seen" && event.kind !== "tab-changed") return [];
    if (!tab.test(event.tab)) return [];
    const what = event.kind === "screen-seen" ? event.shows : event.change;
    return [`${event.tab} ${what} ${Math.floor((event.at - header.startedAt) / 1_000)}`];
  });
}

function signInDown(effect: FaultWindow["effect"]): Partial<Scenario> {
  const at = { at: "primary", on: ["authorize"], from: 0, for: minutes(10) } as const;
  return { faults: [{ id: "down", ...at, effect }] };
}

/** A page that catches nothing of what its request or its timer throws. */
const carelessPage: ClientUnderTest = {
  name: "careless-page",
  version: "1",
  flows: ["custom"],
  inBrowser: true,
  async open(_options, { browser, authorityHost }) {
    if (browser === undefined) throw new Error("there is no browser");
    const address = "https://spa.contoso.example/";
    const program = `globalThis.ask = () => {
      fetch("${authorityHost}/contoso.example/oauth2/v2.0/authorize").then((answer) => answer.text());
      setTimeout(() => { throw new Error("no session"); }, 10);
    };`;
    const text = `<!doctype html><title>Careless</title><script>${program}</script>`;
    browser.serve(new URL(address).origin, () => ({ type: "text/html", text }));
    const { page } = await browser.openTab(address);
    return {
      async acquire() {
        await browser.during(() => (page as Page).evaluate("ask()"));
        throw new Error("it never says");
      },
    };
  },
};

/** Browser contexts that are opened by a function of the test, without a browser. */
function contextsWith(openProfile: (cause: unknown) => Promise<BrowserProfile>) {
  const clock = createVirtualClock({ startMs: 0 });
  const { gate } = clock;
  const recorder = createRecorder({
    clock,
    annotate: () => ({ servedBy: "primary", faults: [] }),
  });
  const contexts = createBrowserContexts({
    recorder,
    gate,
    clock,
    attribution: createAttribution(recorder),
    turns: createTurns({ recorder, gate }),
    mounted: {
      serve: () => undefined,
      prepareProfile: () => Promise.reject(new Error("there is none")),
      died: () => Promise.resolve(undefined),
      openProfile: () => openProfile(recorder.cause()),
    },
  });
  return { contexts, recorder };
}

it("a browser context is not recorded as caused by the call that happened to open it", async () => {
  const opened: unknown[] = [];
  const { contexts, recorder } = contextsWith((cause) => {
    opened.push(cause);
    return Promise.reject(new Error("there is none"));
  });
  const opening = recorder.causedBy({ client: "spa-1" }, () =>
    contexts.of("default", "spa-1").openTab("https://spa.contoso.example/"),
  );
  await expect(opening).rejects.toThrow("there is none");
  expect(opened).toEqual([undefined]);
});

it("a call into a page is made again when the browser has collected its promise as garbage", async () => {
  const time = { during: <T>(work: () => Promise<T>) => work() };
  const context = { on: () => undefined };
  const { contexts } = contextsWith(() =>
    Promise.resolve({ time, context } as unknown as BrowserProfile),
  );
  const ask = vi
    .fn<() => Promise<string>>()
    .mockRejectedValueOnce(new Error("Resulting promise was garbage collected."))
    .mockResolvedValue("token");
  expect(await contexts.of("default", "spa-1").during(ask)).toBe("token");
});

describe.skipIf(wantsNoBrowser())("a browser in a run", () => {
  afterAll(() => processBrowser.close());

  it("records a sign-in window that stays blank while nothing arrives, and its closing", async () => {
    const outcome = await run(
      async ({ open, world, clock }) => {
        const spa = await open({ app: "spa" });
        await spa.attempt({ flow: "popup", scopes: graph, user: world.user("adele") });
        await clock.sleep(seconds(1));
      },
      signInDown({ kind: "hang" }),
    );
    expect(seenIn(outcome, /popup/)).toEqual([
      "popup-1 opened 0",
      "popup-1 blank 0",
      "popup-1 closed 60",
    ]);
    expect(only(outcome, "exchange-ended").map(({ end }) => end.kind)).toEqual(["abandoned"]);
  });

  it("lets time pass while a page goes to Entra again and again", async () => {
    let rounds = 0;
    const outcome = await run(async ({ open, world, clock }) => {
      const spa = await open({ app: "spa" });
      const ask = { flow: "sso-silent", scopes: graph, user: world.user("adele") } as const;
      for (; clock.elapsed() < seconds(5); rounds += 1) await spa.attempt(ask);
    });
    expect(rounds).toBeGreaterThan(15);
    expect(rounds).toBeLessThan(100);
    expect(requestLoop.judge(outcome.history)).toMatchObject({
      verdict: "fail",
      message: expect.stringMatching(/^tab-1 of spa-1 went to Entra \d+ times/),
    });
  });

  it("has the person sign in once at each page that asks", async () => {
    const outcome = await run(async ({ open, world }) => {
      const spa = await open({ app: "spa" });
      const ask = { flow: "popup", scopes: graph, user: world.user("adele") } as const;
      await spa.acquire(ask);
      await spa.acquire({ ...ask, prompt: "login" });
      await spa.acquire(ask);
    });
    expect(only(outcome, "prompt-shown").map(({ prompt }) => prompt)).toEqual([
      "none-given",
      "login",
    ]);
    expect(only(outcome, "prompt-shown").map(({ operation }) => operation)).toEqual([1, 2]);
    expect(seenIn(outcome, /popup-1/)).toEqual([
      "popup-1 opened 0",
      "popup-1 sign-in 0",
      "popup-1 closed 0",
    ]);
  });

  it("answers the page that asks whether to stay signed in, which is no second prompt", async () => {
    const outcome = await run(
      async ({ open, world }) => {
        const spa = await open({ app: "spa", cache: "persisted" });
        const user = world.user("adele");
        await spa.acquire({ flow: "popup", scopes: graph, user });
        await spa.restart();
        await spa.acquire({ flow: "silent", scopes: graph, user });
      },
      { settings: { staySignedIn: "yes", staySignedInPage: "shown" } },
    );
    expect(only(outcome, "prompt-shown")).toHaveLength(1);
    const addresses = only(outcome, "exchange-began").map(({ url }) => new URL(url).pathname);
    expect(addresses.filter((path) => path === "/kmsi")).toHaveLength(1);
    expect(only(outcome, "operation-completed").map(({ outcome }) => outcome)).toEqual([
      "ok",
      "ok",
    ]);
  });

  it("records the tabs that a script opens, reloads and closes, and those that end with a restart", async () => {
    const outcome = await run(async ({ open, clock }) => {
      const spa = await open({ app: "spa" });
      const other = await open({ app: "spa" });
      await clock.sleep(seconds(1));
      await spa.tabs.open();
      await spa.tabs.reload();
      await clock.sleep(seconds(1));
      await spa.tabs.close();
      await clock.sleep(seconds(1));
      await spa.restart();
      await clock.sleep(seconds(1));
      expect(other.name).toBe("spa-2");
    });
    const changes = only(outcome, "tab-changed").map(
      ({ client, tab, change }) => `${client} ${tab} ${change}`,
    );
    expect(changes).toEqual([
      "spa-1 tab-1 opened",
      "spa-2 tab-1 opened",
      "spa-1 tab-2 opened",
      "spa-1 tab-2 reloaded",
      "spa-1 tab-2 closed",
      "spa-2 tab-1 closed",
      "spa-1 tab-3 opened",
    ]);
  });

  it("stays on an error page of the service until the person reloads it", async () => {
    const outcome = await run(
      async ({ open, world, clock }) => {
        const spa = await open({ app: "spa" });
        const signingIn = spa.attempt({
          flow: "redirect",
          scopes: graph,
          user: world.user("adele"),
        });
        await clock.until(minutes(11));
        await spa.tabs.reload();
        expect(await signingIn).toHaveProperty("accessToken");
      },
      signInDown({ kind: "server-error", status: 503, body: { form: "html", title: "Down" } }),
    );
    expect(seenIn(outcome, /tab-1/)).toEqual([
      "tab-1 opened 0",
      "tab-1 error 0",
      "tab-1 reloaded 660",
      "tab-1 sign-in 660",
      "tab-1 content 660",
    ]);
  });

  it("records errors that nothing in a page catches, in the same places in each run", async () => {
    const script: Scenario["script"] = async ({ open, clock }) => {
      const spa = await open({ app: "spa" });
      await clock.sleep(seconds(1));
      await Promise.all([spa.attempt(ask), spa.attempt(ask)]);
      await clock.sleep(minutes(1));
    };
    const ask = { flow: "custom", scopes: graph } as const;
    const play = (): Promise<RunOutcome> =>
      runScenario(scenario(script, signInDown({ kind: "reset" })), {
        client: carelessPage,
        mount: "proxy",
        seed: "1",
      });
    const [one, other] = [await play(), await play()];
    expect(
      only(one, "page-error").map(({ tab, error }) => [tab, error.name, error.message]),
    ).toEqual([
      ["tab-1", "TypeError", "Failed to fetch"],
      ["tab-1", "TypeError", "Failed to fetch"],
      ["tab-1", "Error", "no session"],
      ["tab-1", "Error", "no session"],
    ]);
    expect(one.history.header.watchesPages).toBe(true);
    expect(other.history).toEqual(one.history);
    expect(uncaughtError.judge(one.history)).toMatchObject({ verdict: "fail" });
  });

  it("opens the single-page app in place of a web app, and notes it", async () => {
    const outcome = await run(async ({ open }) => {
      expect((await open({ app: "portal" })).name).toBe("spa-1");
    });
    expect(only(outcome, "noted").map(({ text }) => text)).toEqual([
      "msal-browser is a page: spa stands in for portal",
    ]);
  });
});
