/**
 * `brownout/playwright`: a person's own app through an outage, in a real browser, in their
 * own suite. `test` and `expect` are Playwright's, with a fixture `entra`: the simulator under
 * every page of the test's context, whatever library the app signs in with.
 */
import { test as base, type MatcherReturnType } from "@playwright/test";
import { findBrowser } from "./browser/find-browser.ts";
import { launchArguments } from "./browser/launch-arguments.ts";
import { createVirtualClock } from "./clock/virtual-clock.ts";
import { type EntraMatchers, matchers } from "./matchers/matchers.ts";
import { loadMount } from "./mount/mounts.ts";
import type { PreparedProfile } from "./mount/mount.ts";
import { createEntra, type Entra } from "./playwright/entra.ts";
import { attachHistory } from "./playwright/failure.ts";
import { checkOptions, type EntraOptions } from "./playwright/options.ts";
import { type Session, startSession } from "./session/session.ts";

export type { Entra } from "./playwright/entra.ts";
export type { EntraOptions } from "./playwright/options.ts";
export type { EntraMatchers } from "./matchers/matchers.ts";

interface TestFixtures {
  /** Options, for `test.use`. */
  readonly entraOptions: EntraOptions;
  /** Entra under the pages of this test. */
  readonly entra: Entra;
  readonly entraSession: Started;
}

interface Started {
  readonly session: Session;
  readonly way: PreparedProfile;
}

/** Playwright's `test`, with Entra under its pages. */
export const test = base.extend<TestFixtures>({
  entraOptions: [{}, { option: true }],
  // An option as Playwright's own, with another default; its types do not foresee that.
  trace: ["retain-on-failure", { option: true, scope: "worker" } as never],
  launchOptions: [
    async ({ launchOptions }, use) => {
      const { executablePath, channel } = launchOptions;
      const named = executablePath !== undefined || channel !== undefined;
      await use({
        ...launchOptions,
        ...(named ? {} : { executablePath: (await findBrowser()).executablePath }),
        args: [...launchArguments(), ...(launchOptions.args ?? [])],
      });
    },
    { scope: "worker" },
  ],
  entraSession: async ({ entraOptions }, use, testInfo) => {
    checkOptions(entraOptions);
    const { mount: _mount, user: _user, app = { name: "app" }, startsAt, ...rest } = entraOptions;
    const mount = await loadMount(entraOptions.mount ?? "proxy");
    const startMs = Date.parse(startsAt ?? STARTS_AT);
    const clock = createVirtualClock({ startMs, quietTurns: mount.quietTurns, shared: true });
    const stopFlow = clock.flow();
    const session = await startSession({
      ...rest,
      app,
      mount,
      clock,
      time: "flowing",
      name: testInfo.titlePath.slice(1).join(" › "),
    });
    const way = await session.mounted.browser?.prepareProfile();
    if (way === undefined) throw new Error(`the mount ${mount.name} has no browser`);
    await use({ session, way });
    stopFlow();
    await way.stop();
    await session.stop();
  },
  // A suite's own launch options take the place of ours, and our key's pin is not among them.
  ignoreHTTPSErrors: async ({ ignoreHTTPSErrors, launchOptions }, use) => {
    const isPinned = launchOptions.args?.some((argument) => launchArguments().includes(argument));
    await use(ignoreHTTPSErrors === true || isPinned !== true);
  },
  proxy: async ({ entraSession, proxy }, use) => {
    await use(entraSession.way.contextOptions.proxy ?? proxy);
  },
  entra: [
    async ({ context, entraSession, entraOptions }, use, testInfo) => {
      const { session, way } = entraSession;
      const time = await way.attach(context);
      const { entra, leave } = createEntra({
        session,
        way,
        requests: () => time.requests(),
        context,
        options: entraOptions,
      });
      await use(entra);
      await leave();
      await attachHistory(session, testInfo);
    },
    { auto: true },
  ],
});

const STARTS_AT = "2026-03-02T08:00:00Z";

type PlaywrightMatchers = {
  readonly [Name in keyof EntraMatchers<unknown>]: (
    received: Entra,
    ...values: Parameters<EntraMatchers<unknown>[Name]>
  ) => MatcherReturnType;
};

/** Playwright's `expect`, which can also be asked about `entra`. */
export const expect = base.expect.extend(matchers as unknown as PlaywrightMatchers);
