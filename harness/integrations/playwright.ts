/**
 * `brownout/playwright`: the user's app in an outage, in a real browser, in their own suite.
 * `test` and `expect` are Playwright's, with a fixture `entra`: the simulator under every page
 * of the test's context, for any sign-in library.
 */
import type {
  Expect,
  PlaywrightTestArgs,
  PlaywrightTestOptions,
  PlaywrightWorkerArgs,
  PlaywrightWorkerOptions,
  TestType,
} from "@playwright/test";
import { explain, explaining } from "../core/explain.ts";
import { type EntraMatchers, type MatcherOutcome, matchers } from "./matchers/matchers.ts";
import type { History } from "../history/event.ts";
import type { Entra } from "./playwright/entra.ts";
import { leaveHistory } from "./playwright/leave-history.ts";
import { launchOptionsFor, trustsSimulator } from "./playwright/launch-options.ts";
import { beginResult } from "./results/leave-result.ts";
import { checkOptions, type EntraOptions } from "./playwright/playwright-options.ts";
import { requirePlaywright } from "./playwright/require-playwright.ts";
import { openWorkerServer, type WorkerServer } from "./web-server/worker-server.ts";
import { startTestSimulator, type TestSimulator } from "./playwright/test-simulator.ts";

export { withEntra, type WebServerOptions } from "./web-server/with-entra.ts";
export type { Entra } from "./playwright/entra.ts";
export type { EntraOptions } from "./playwright/playwright-options.ts";
export type { EntraMatchers } from "./matchers/matchers.ts";

const { test: base, expect: baseExpect } = requirePlaywright();

interface TestFixtures {
  /** Options, for `test.use({ entraOptions })`. */
  readonly entraOptions: EntraOptions;
  /** Entra under the pages of this test. */
  readonly entra: Entra;
  /** The simulator of this test, before its browser context exists. */
  readonly entraSimulator: TestSimulator;
}

interface WorkerFixtures {
  /** The server of this worker's tests, when the configuration has one by `withEntra`. */
  readonly entraWebServer: WorkerServer | undefined;
}

// Written out: the compiler would name `playwright/test`, which strict package managers do not resolve.
type EntraTest = TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & TestFixtures,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions & WorkerFixtures
>;

/**
 * Playwright's `test` with the fixture `entra`: each test has a simulator, a clock and a history
 * of its own. Options come from `test.use({ entraOptions })`; an option or a value that does not
 * exist fails the test with a `HarnessError`. Runs in Chromium.
 *
 * @example
 * import { expect, test } from "brownout/playwright";
 *
 * test("keeps working without Entra", async ({ page, entra }) => {
 *   await page.goto("http://localhost:5173/");
 *   await entra.signIn("adele", () => page.getByRole("button", { name: "Sign in" }).click());
 *   entra.outage();
 *   await entra.clock.advance("30m");
 *   await page.getByRole("button", { name: "Reload" }).click();
 *   expect(entra).toHaveKeptWorkingFromCache();
 * });
 */
export const test: EntraTest = base.extend<TestFixtures, WorkerFixtures>({
  entraOptions: [{}, { option: true }],
  entraWebServer: [
    async ({ browserName: _browserName }, use, { parallelIndex, config }) => {
      const server = await explaining(() => openWorkerServer(parallelIndex, config.workers));
      await use(server);
      await server?.stop();
    },
    { scope: "worker" },
  ],
  baseURL: async ({ baseURL, entraWebServer }, use) => {
    await use(entraWebServer?.ownOrigin ?? baseURL ?? entraWebServer?.origin);
  },
  // An option as Playwright's own, with another default; its types do not foresee that.
  trace: ["retain-on-failure", { option: true, scope: "worker" } as never],
  launchOptions: [
    async ({ launchOptions, browserName }, use, { project }) => {
      const { channel } = project.use;
      await use(await explaining(() => launchOptionsFor({ launchOptions, browserName, channel })));
    },
    { scope: "worker" },
  ],
  entraSimulator: async ({ entraOptions, entraWebServer }, use, testInfo) => {
    const name = testInfo.titlePath.slice(1).join(" › ");
    explaining(() => checkOptions(entraOptions));
    beginResult();
    const simulator = await explaining(() =>
      startTestSimulator(entraOptions, { name, webServer: entraWebServer }),
    );
    await use(simulator);
    await simulator.stop();
    const problem = simulator.problem();
    if (problem !== undefined) throw explain(problem);
  },
  // A suite's own launch options may have replaced ours, and with them the pin of our key.
  ignoreHTTPSErrors: async ({ ignoreHTTPSErrors, launchOptions }, use) => {
    await use(ignoreHTTPSErrors === true || !trustsSimulator(launchOptions));
  },
  proxy: async ({ entraSimulator, proxy }, use) => {
    await use(entraSimulator.proxy ?? proxy);
  },
  entra: [
    async ({ context, entraSimulator }, use, testInfo) => {
      const { entra, leave } = await explaining(() => entraSimulator.attach(context));
      await use(entra);
      const seen = await leave();
      const { session, problems } = entraSimulator;
      leaveHistory({ session, testInfo, seen, problems: problems() });
    },
    { auto: true },
  ],
});

type PlaywrightMatchers = {
  readonly [Name in keyof EntraMatchers<unknown>]: (
    received: Entra | History,
    ...values: Parameters<EntraMatchers<unknown>[Name]>
  ) => MatcherOutcome;
};

/**
 * Playwright's `expect` with the matchers of `EntraMatchers`, for `entra` or a `History`.
 *
 * @example
 * expect(entra).toHaveRequested("token", { atMost: 3 });
 */
export const expect: Expect<PlaywrightMatchers> = baseExpect.extend(
  matchers as unknown as PlaywrightMatchers,
);
