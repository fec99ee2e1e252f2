/**
 * `brownout/playwright`: a person's own app through an outage, in a real browser, in their
 * own suite. `test` and `expect` are Playwright's, with a fixture `entra`: the simulator under
 * every page of the test's context, whatever library the app signs in with.
 */
import { test as base, type MatcherReturnType } from "@playwright/test";
import { explain, explaining } from "../core/explain.ts";
import { type EntraMatchers, matchers } from "./matchers/matchers.ts";
import type { History } from "../history/event.ts";
import type { Entra } from "./playwright/entra.ts";
import { leaveHistory, problemOf } from "./playwright/failure.ts";
import { launchOptionsFor, trustsSimulator } from "./playwright/launch.ts";
import { checkOptions, type EntraOptions } from "./playwright/options.ts";
import { startStand, type Stand } from "./playwright/stand.ts";

export type { Entra } from "./playwright/entra.ts";
export type { EntraOptions } from "./playwright/options.ts";
export type { EntraMatchers } from "./matchers/matchers.ts";

interface TestFixtures {
  /** Options, for `test.use`. */
  readonly entraOptions: EntraOptions;
  /** Entra under the pages of this test. */
  readonly entra: Entra;
  /** The simulator of this test, before its context is there. */
  readonly entraStand: Stand;
}

/** Playwright's `test`, with Entra under its pages. */
export const test = base.extend<TestFixtures>({
  entraOptions: [{}, { option: true }],
  // An option as Playwright's own, with another default; its types do not foresee that.
  trace: ["retain-on-failure", { option: true, scope: "worker" } as never],
  launchOptions: [
    async ({ launchOptions, browserName }, use, { project }) => {
      const { channel } = project.use;
      await use(await explaining(() => launchOptionsFor({ launchOptions, browserName, channel })));
    },
    { scope: "worker" },
  ],
  entraStand: async ({ entraOptions }, use, testInfo) => {
    const name = testInfo.titlePath.slice(1).join(" › ");
    explaining(() => checkOptions(entraOptions));
    const stand = await explaining(() => startStand(entraOptions, name));
    await use(stand);
    await stand.stop();
    const problem = problemOf(stand.session);
    if (problem !== undefined) throw explain(problem);
  },
  // Where a suite's own launch options took the place of ours, our key's pin is not among them.
  ignoreHTTPSErrors: async ({ ignoreHTTPSErrors, launchOptions }, use) => {
    await use(ignoreHTTPSErrors === true || !trustsSimulator(launchOptions));
  },
  proxy: async ({ entraStand, proxy }, use) => {
    await use(entraStand.proxy ?? proxy);
  },
  entra: [
    async ({ context, entraStand }, use, testInfo) => {
      const { entra, leave } = await explaining(() => entraStand.attach(context));
      await use(entra);
      const unanswered = await leave();
      leaveHistory({ session: entraStand.session, testInfo, unanswered });
    },
    { auto: true },
  ],
});

type PlaywrightMatchers = {
  readonly [Name in keyof EntraMatchers<unknown>]: (
    received: Entra | History,
    ...values: Parameters<EntraMatchers<unknown>[Name]>
  ) => MatcherReturnType;
};

/** Playwright's `expect`, which can also be asked about `entra`. */
export const expect = base.expect.extend(matchers as unknown as PlaywrightMatchers);
