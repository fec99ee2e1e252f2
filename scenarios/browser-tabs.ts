/** Several tabs of one person: they renew at the same instant, are throttled, and come back, together or each by itself. */
import type { CacheKind } from "../harness/client/client.ts";
import { hours, minutes, seconds } from "../harness/clock/duration.ts";
import type { FaultPlan } from "../harness/fault/plan.ts";
import { throttled, tokenServerError } from "../harness/fault/presets.ts";
import { defineScenario, type Scenario } from "../harness/scenario.ts";
import { silently } from "./applications.ts";
import { PERSON, RESILIENT_CLIENT, signIn } from "./pages.ts";

const TABS = 4;

function manyTabs(
  own: Pick<Scenario, "name" | "title" | "asserts" | "limits"> & {
    readonly standsFor: string;
    readonly cache: CacheKind;
    readonly faults: FaultPlan;
  },
): Scenario {
  const { standsFor, cache, ...rest } = own;
  return defineScenario({
    ...rest,
    story: {
      standsFor: `${standsFor} (${RESILIENT_CLIENT})`,
      asserts:
        "What one tab was told holds for all of them, nobody is asked to sign in, and all come back.",
      failureMeans:
        "A person with ten tabs is ten clients: ten times the load, in and after an outage.",
      fix: "Keep the token cache, and with it the library's throttle, where all tabs see it (cacheLocation: localStorage).",
    },
    needs: ["popup", "silent"],
    clients: ["msal-browser"],
    settings: { accessTokenLifetimeSeconds: 3_600, retryAfterExposed: "yes" },
    async script(context) {
      const spa = await context.open({ app: "spa", cache });
      const tabs = [spa.tabs.front()];
      await spa.acquire(signIn(context));
      for (let tab = 1; tab < TABS; tab += 1) {
        const name = await spa.tabs.open();
        tabs.push(name);
        // A tab of its own needs a sign-in of its own, for which the session is enough.
        if (cache === "session") await spa.attempt({ ...signIn(context), tab: name });
      }
      while (context.clock.elapsed() < hours(1) + minutes(8)) {
        const asked = tabs.map((tab) => spa.attempt({ ...silently(context, PERSON), tab }));
        await Promise.all(asked);
        const isEarly = context.clock.elapsed() < hours(1);
        await context.clock.until(isEarly ? hours(1) : context.clock.elapsed() + seconds(20));
      }
    },
  });
}

export const tabsRenewTogether = manyTabs({
  name: "browser-tabs-renew",
  title: "Four tabs renew their token at the same instant, after a minute of trouble",
  standsFor: "tabs wake up together: after sleep, after an outage, at the end of the token's life",
  cache: "persisted",
  faults: [tokenServerError({ from: hours(1), for: minutes(1) })],
  asserts: ["tabs", "single-flight", "recovery", "prompts-caused", "screen"],
});

export const tabsThrottledTogether = manyTabs({
  name: "browser-tabs-throttled",
  title: "Four tabs with one cache are throttled",
  standsFor: "a throttle of a person whose tabs share localStorage",
  cache: "persisted",
  faults: [throttled({ from: hours(1), for: minutes(3), body: { form: "aadsts", code: 90055 } })],
  asserts: ["tabs", "retry-after", "retry-storm", "recovery", "prompts-caused"],
});

export const tabsThrottledApart = manyTabs({
  name: "browser-tabs-throttled-apart",
  title: "Four tabs with a cache each are throttled",
  standsFor: "the default of msal-browser: each tab has a cache and a throttle of its own",
  cache: "session",
  faults: [throttled({ from: hours(1), for: minutes(3), body: { form: "aadsts", code: 90055 } })],
  asserts: ["tabs", "recovery", "prompts-caused"],
});

export const tabScenarios: readonly Scenario[] = [
  tabsRenewTogether,
  tabsThrottledTogether,
  tabsThrottledApart,
];
