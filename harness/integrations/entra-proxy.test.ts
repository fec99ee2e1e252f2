/** `createEntraProxy` with a Chromium that knows nothing of it but its arguments. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "@playwright/test";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { findBrowser, wantsNoBrowser } from "../browser/launch/find-browser.ts";
import { requireChromium } from "../browser/launch/playwright-package.ts";
import type { FaultEffect } from "../faults/plan.ts";
import { createEntraProxy, expectEntra } from "./suite.ts";

const TENANT = "11111111-aaaa-4aaa-8aaa-000000000001";
const ENTRA = `https://login.microsoftonline.com/${TENANT}`;
const METADATA = `${ENTRA}/v2.0/.well-known/openid-configuration`;
const AUTHORIZE = `${ENTRA}/oauth2/v2.0/authorize?client_id=33333333-cccc-4ccc-8ccc-000000000016&response_type=code&scope=openid&redirect_uri=${encodeURIComponent("http://localhost:5173/redirect.html")}&code_challenge=${"a".repeat(43)}&code_challenge_method=S256&response_mode=query`;

const entra = createEntraProxy({ app: { name: "mail" } });
afterEach(() => entra.stop());

describe("createEntraProxy", () => {
  it("is there between start and stop, and begins anew with each start", async () => {
    expect(() => entra.proxy).toThrow(
      /^createEntraProxy: nothing is simulated[^]*start\(\) and stop/,
    );
    await entra.start({ title: "mine" });
    expect(entra.proxy.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(entra.history().header).toMatchObject({ scenario: "mine", mount: "proxy" });
    await expect(entra.start()).rejects.toThrow(/begun already[^]*stop\(\) it first/);
    entra.outage();
    await entra.stop();
    expect(() => entra.outage()).toThrow(/nothing is simulated/);
    await entra.start();
    expect(entra.history().events).toEqual([]);
  });

  it("has the time of the machine, and leaves that of this process alone", async () => {
    const { Date: date, setTimeout: timer, fetch: send } = globalThis;
    await entra.start();
    expect([globalThis.Date, globalThis.setTimeout, globalThis.fetch]).toEqual([date, timer, send]);
    expect(Math.abs(entra.history().header.startedAt - Date.now())).toBeLessThan(60_000);
    entra.outage({ for: "50ms" });
    await vi.waitFor(
      () => expect(entra.history().events.map(({ kind }) => kind)).toContain("faults-cleared"),
      30_000,
    );
  });

  it("says why it does not move time, record operations or break the browser itself", async () => {
    await entra.start();
    const all = entra as unknown as Record<"clock" | "operate", unknown>;
    expect(() => all.clock).toThrow(/have the machine's time[^]*brownout\/playwright moves/);
    expect(() => all.operate).toThrow(/only requests are seen/);
    for (const name of ["offline", "cache-store-full"] as const)
      expect(() => entra.outage(name)).toThrow(/does not reach a client that is another program/);
  });

  it("names itself where an option is wrong", () => {
    const untyped = createEntraProxy as (options: object) => unknown;
    expect(() => untyped({ startsAt: "2026-03-02T08:00:00Z" })).toThrow(
      /^createEntraProxy\.startsAt: /,
    );
  });
});

describe.skipIf(wantsNoBrowser())("a browser with its arguments", () => {
  let server: Server;
  let browser: Browser | undefined;
  let page: Page;

  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.setHeader("Content-Type", "text/html").end("<title>app</title>");
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => void server.close());

  beforeEach(async () => {
    await entra.start();
    const chromium = await requireChromium();
    const { executablePath } = await findBrowser();
    browser = await chromium.launch({ executablePath, args: [...entra.proxy.browserArguments] });
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
  afterEach(async () => {
    await browser?.close();
    await entra.stop();
  });

  /** The status, or the name of the error. */
  const ask = (url: string): Promise<number | string> =>
    page.evaluate(
      (address) =>
        fetch(address, { cache: "no-store" }).then(
          ({ status }) => status,
          (error: Error) => error.name,
        ),
      url,
    );
  const breakAll = (effect: FaultEffect): void =>
    void entra.faults([{ id: "all", at: "edge", on: "all", effect, from: 0, for: 3_600_000 }]);

  it("reaches the simulator, and a person signs in", async () => {
    await page.goto(AUTHORIZE);
    const { upn, password } = entra.world.user("adele");
    await page.getByLabel("Email").fill(upn);
    await page.getByLabel("Password").fill(password);
    // Nothing listens there: that the browser is sent to it with a code is enough.
    const back = page.waitForRequest("http://localhost:5173/redirect.html?*");
    await page.getByRole("button", { name: "Sign in" }).click();
    expect(new URL((await back).url()).searchParams.get("code")).toMatch(/^0\.A/);
    expectEntra(entra).toHavePromptedAtMost(1);
    expectEntra(entra).toHaveServed({ from: "primary", endpoint: "authorize" });
  });

  it("meets an outage until it is cleared", async () => {
    expect(await ask(METADATA)).toBe(200);
    entra.outage();
    expect(await ask(METADATA)).toBe("TypeError");
    entra.clear();
    expect(await ask(METADATA)).toBe(200);
    expect(entra.requests().map(({ status }) => status)).toEqual([200, 503, 200]);
  });

  it("asks once where connections break, as nothing is repeated unseen", async () => {
    expect(await ask(METADATA)).toBe(200);
    breakAll({ kind: "reset" });
    expect(await ask(METADATA)).toBe("TypeError");
    expect(entra.requests()).toHaveLength(2);
    await page.goto(AUTHORIZE).catch(() => undefined);
    expect(entra.requests()).toHaveLength(3);
  });

  it("is judged by its requests alone", async () => {
    expect(await ask(METADATA)).toBe(200);
    entra.outage();
    await ask(METADATA);
    await ask(METADATA);
    entra.clear();
    expectEntra(entra).not.toHaveBackedOff();
    expectEntra(entra).toHaveRequested("openid-configuration", { times: 3 });
    const unseen = /only the requests of a browser were seen/;
    for (const expectations of [expectEntra(entra), expectEntra(entra).not]) {
      expect(() => expectations.toHaveRecovered()).toThrow(unseen);
      expect(() => expectations.toHaveKeptWorkingFromCache()).toThrow(unseen);
      expect(() => expectations.toPassAllRules()).toThrow(unseen);
      expect(() => expectations.toPassRule("screen")).toThrow(unseen);
    }
  });

  it("fails the test for a host that is not simulated, unless it is allowed", async () => {
    expect(await ask("https://telemetry.example.com/")).toBe("TypeError");
    const printed = vi.spyOn(console, "error").mockReturnValue();
    await expect(entra.stop()).rejects.toThrow(
      /telemetry\.example\.com was stopped[^]*createEntraProxy\({ allow: \["telemetry\.example\.com"\] }\)/,
    );
    expect(printed.mock.calls.join()).toContain('What happened in "session"');
    printed.mockRestore();
  });

  it("says nothing of what a browser asks its maker for by itself", async () => {
    expect(await ask("https://accounts.google.com/ListAccounts")).toBe("TypeError");
    await entra.stop();
  });

  it("ends although a request is never answered", async () => {
    breakAll({ kind: "hang" });
    const hanging = ask(METADATA);
    await vi.waitFor(() => expect(entra.requests()).toHaveLength(1), 30_000);
    await entra.stop();
    expect(await hanging).toBe("TypeError");
  });
});

describe("the examples for other test runners", () => {
  const load = async (file: string): Promise<unknown> =>
    import(new URL(`../../examples/runners/${file}`, import.meta.url).href);

  it("give the browser of WebdriverIO its arguments", async () => {
    const { config } = (await load("webdriverio/wdio.conf.mjs")) as {
      config: {
        capabilities: [{ "goog:chromeOptions": { args: string[] } }];
        beforeSession: (config: unknown, capabilities: unknown) => Promise<void>;
      };
    };
    const { entra: own } = (await load("webdriverio/entra.mjs")) as { entra: typeof entra };
    const [capabilities] = config.capabilities;
    await config.beforeSession(config, capabilities);
    expect(capabilities["goog:chromeOptions"].args).toEqual([
      "--headless",
      ...own.proxy.browserArguments,
    ]);
    await own.stop();
  });

  it("give the browser of Cypress its arguments, and its tests what they ask for", async () => {
    const { default: config } = (await load("cypress/cypress.config.mjs")) as {
      default: { e2e: { setupNodeEvents: (on: (name: string, act: unknown) => void) => void } };
    };
    const events = new Map<string, unknown>();
    config.e2e.setupNodeEvents((name, act) => void events.set(name, act));
    const launch = events.get("before:browser:launch") as (
      browser: object,
      options: { args: string[] },
    ) => Promise<{ args: string[] }>;
    for (let times = 0; times < 2; times += 1)
      expect((await launch({}, { args: [] })).args.join(" ")).toMatch(
        /--proxy-server=http:\/\/127\.0\.0\.1:\d+ .*--ignore-certificate-errors-spki-list=/,
      );
    const tasks = events.get("task") as Record<string, (value?: unknown) => unknown>;
    const address = "https://graph.microsoft.com/v1.0/me/messages";
    expect(tasks["user"]?.("adele")).toMatchObject({ upn: "adele@contoso.example" });
    expect(tasks["api"]?.({ address, data: { value: [] } })).toBeNull();
    expect(tasks["outage"]?.()).toEqual(["outage"]);
    expect(tasks["outage"]?.({ name: "throttled", for: "10s" })).toHaveLength(1);
    expect(tasks["clear"]?.()).toBeNull();
    expect(() => tasks["expectEntra"]?.(["toHaveRequested", "token"])).toThrow(
      /no request was seen/,
    );
    await (events.get("after:run") as () => Promise<void>)();
  });
});
