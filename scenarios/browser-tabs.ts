/** Several tabs of one user that renew at the same time or are throttled, with a shared cache or one each. */
import type { CacheKind } from "../harness/clients/client.ts";
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import type { FaultPlan } from "../harness/faults/plan.ts";
import { throttled, tokenServerError } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { silently } from "./applications.ts";
import { USER, RESILIENT_CLIENT, signIn } from "./browser-app.ts";

const TABS = 3;

function manyTabs(
  own: Pick<Scenario, "name" | "title" | "asserts" | "limits"> & {
    readonly standsFor: string;
    readonly cache: CacheKind;
    /** The delay between one tab and the next, ms. */
    readonly apartMs: number;
    readonly faults: FaultPlan;
  },
): Scenario {
  const { standsFor, cache, apartMs, ...rest } = own;
  return defineScenario({
    ...rest,
    story: {
      standsFor: `${standsFor} (${RESILIENT_CLIENT})`,
      asserts:
        "All tabs wait after a Retry-After or a 5xx that one of them received, no one is asked to sign in, and all tabs recover.",
      failureMeans:
        "A user with ten tabs is ten clients: ten times the load, during and after an outage.",
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
        // A tab with its own cache needs its own sign-in, for which the session is enough.
        if (cache === "session") await spa.attempt({ ...signIn(context), tab: name });
      }
      const ask = async (tab: string, afterMs: number): Promise<void> => {
        await context.clock.until(afterMs);
        await spa.attempt({ ...silently(context, USER), tab });
      };
      for (let afterMs = hours(1); afterMs < hours(1) + minutes(6); afterMs += seconds(30))
        await Promise.all(tabs.map((tab, index) => ask(tab, afterMs + index * apartMs)));
    },
  });
}

const tabsRenewTogether = manyTabs({
  name: "browser-tabs-renew",
  title: "Three tabs renew their token at the same time, during a minute of server errors",
  standsFor: "tabs renew together: after sleep, after an outage, when the token expires",
  cache: "persisted",
  apartMs: 0,
  faults: [tokenServerError({ from: hours(1), for: minutes(1) })],
  asserts: ["tabs", "single-flight", "recovery", "prompts-caused", "screen"],
});

const tabsThrottledTogether = manyTabs({
  name: "browser-tabs-throttled",
  title: "Three tabs with one cache are throttled",
  standsFor: "a throttled user whose tabs share localStorage",
  cache: "persisted",
  apartMs: seconds(5),
  faults: [throttled({ from: hours(1), for: minutes(3), body: { form: "aadsts", code: 90055 } })],
  asserts: ["tabs", "retry-after", "retry-storm", "recovery", "prompts-caused"],
});

const tabsThrottledApart = manyTabs({
  name: "browser-tabs-throttled-apart",
  title: "Three tabs with one cache each are throttled",
  standsFor: "the default of msal-browser: each tab has its own cache and throttle",
  cache: "session",
  apartMs: seconds(5),
  faults: [throttled({ from: hours(1), for: minutes(3), body: { form: "aadsts", code: 90055 } })],
  asserts: ["tabs", "recovery", "prompts-caused"],
});

export const tabScenarios: readonly Scenario[] = [
  tabsRenewTogether,
  tabsThrottledTogether,
  tabsThrottledApart,
];
