/**
 * An outage of a working day, and where a page keeps its tokens: what a reload, a closed tab,
 * a second tab and a restart of the browser leave of them. The tokens themselves live a day.
 */
import { hours, minutes } from "../harness/core/time/duration.ts";
import { outage } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { silently } from "./applications.ts";
import { askUntil, CACHING, PERSON, signedIn, signIn } from "./pages.ts";

const workingDay = [outage({ from: hours(1), for: hours(8) })];

/** Tokens that live a day, and a cache that is one of the three. */
function cached(
  own: Pick<Scenario, "name" | "title" | "asserts" | "script"> & {
    readonly standsFor: string;
    readonly says: string;
  },
): Scenario {
  const { standsFor, says, ...rest } = own;
  return defineScenario({
    ...rest,
    story: {
      standsFor: `${standsFor} (${CACHING})`,
      asserts: says,
      failureMeans:
        "A person with hours of valid token left is signed out by a click, and cannot sign in again before the outage ends.",
      fix: "Keep tokens in localStorage if your threat model allows it, and tell people in an outage not to close what works.",
    },
    needs: ["popup", "silent"],
    clients: ["msal-browser"],
    settings: { refreshIn: "never" },
    faults: workingDay,
  });
}

const cacheOfTheTab = cached({
  name: "browser-cache-of-the-tab",
  title: "Tokens in sessionStorage through an outage: a reload, then the tab is closed",
  standsFor: "the default of msal-browser: tokens belong to one tab",
  says: "Every call is served from the cache, after the reload and in the new tab.",
  asserts: ["cached-token", "reload", "screen", "availability", "recovery"],
  async script(context) {
    const { clock } = context;
    const spa = await signedIn(context, { cache: "session", capabilities: ["cp1"] });
    await askUntil(context, spa, hours(2));
    await spa.tabs.reload();
    await askUntil(context, spa, hours(4));
    await spa.tabs.close();
    await spa.tabs.open();
    await spa.attempt(silently(context, PERSON));
    await clock.until(hours(9) + minutes(5));
    await spa.attempt(signIn(context));
    await askUntil(context, spa, hours(10));
  },
});

const cacheOfTheBrowser = cached({
  name: "browser-cache-of-the-browser",
  title: "Tokens in localStorage through an outage: a reload, a closed tab, a second tab",
  standsFor: "tokens belong to the origin: all tabs of one browser share them",
  says: "Every call is served from the cache, whatever tab it is made in.",
  asserts: ["cached-token", "reload", "tabs", "screen", "availability"],
  async script(context) {
    const spa = await signedIn(context, { cache: "persisted", capabilities: ["cp1"] });
    await askUntil(context, spa, hours(2));
    await spa.tabs.reload();
    await askUntil(context, spa, hours(3));
    await spa.tabs.open();
    await askUntil(context, spa, hours(5));
    for (const _ of ["first", "second"]) await spa.tabs.close();
    await spa.tabs.open();
    await askUntil(context, spa, hours(10));
  },
});

const cacheOfThePage = cached({
  name: "browser-cache-of-the-page",
  title: "Tokens in memory through an outage: the page is loaded anew",
  standsFor: "memoryStorage, the most careful choice: tokens end with the page",
  says: "The call after the reload is served.",
  asserts: ["reload", "screen", "recovery"],
  async script(context) {
    const spa = await signedIn(context, { cache: "memory", capabilities: ["cp1"] });
    await askUntil(context, spa, hours(2));
    await spa.tabs.reload();
    await spa.attempt(silently(context, PERSON));
    await context.clock.until(hours(9) + minutes(5));
    await spa.attempt(signIn(context));
    await askUntil(context, spa, hours(10));
  },
});

const browserRestart = cached({
  name: "browser-restart-in-outage",
  title: "The browser is restarted in an outage, with tokens in localStorage",
  standsFor:
    "localStorage outlives the browser; msal-browser encrypts what it puts there under a key in a session cookie, which does not",
  says: "The call after the restart is served from the cache.",
  asserts: ["reload", "cached-token", "screen", "recovery"],
  async script(context) {
    const spa = await signedIn(context, { cache: "persisted", capabilities: ["cp1"] });
    await askUntil(context, spa, hours(2));
    await spa.restart();
    const restarted = await spa.attempt(silently(context, PERSON));
    await context.clock.until(hours(9) + minutes(5));
    // Whoever is still signed in, as with versions that encrypt nothing, need not sign in again.
    await spa.attempt(restarted instanceof Error ? signIn(context) : silently(context, PERSON));
    await askUntil(context, spa, hours(10));
  },
});

const secondTab = cached({
  name: "browser-second-tab",
  title: "A link is opened in a second tab during an outage, with tokens in sessionStorage",
  standsFor: "people open links in new tabs; sessionStorage does not go with them",
  says: "The second tab has what the first has.",
  asserts: ["tabs", "cached-token", "recovery"],
  async script(context) {
    const spa = await signedIn(context, { cache: "session", capabilities: ["cp1"] });
    await askUntil(context, spa, hours(2));
    const first = spa.tabs.front();
    await spa.tabs.open();
    await spa.attempt(silently(context, PERSON));
    await spa.attempt({ ...silently(context, PERSON), tab: first });
    await context.clock.until(hours(9) + minutes(5));
    await spa.attempt({ ...silently(context, PERSON), tab: first });
  },
});

export const cacheScenarios: readonly Scenario[] = [
  cacheOfTheTab,
  cacheOfTheBrowser,
  cacheOfThePage,
  browserRestart,
  secondTab,
];
