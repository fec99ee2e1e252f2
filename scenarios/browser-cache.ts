/**
 * An outage of a working day, and where a page caches its tokens: which of them survive a reload,
 * a closed tab, a second tab and a restart of the browser. The tokens are valid for a day.
 */
import { hours, minutes } from "../harness/core/time/duration.ts";
import { outage } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario, type ScriptContext } from "../harness/runner/scenario.ts";
import { silently } from "./applications.ts";
import { callUntil, CACHING, USER, signedIn, signIn } from "./browser-app.ts";

const workingDay = [outage({ from: hours(1), for: hours(8) })];

/** A scenario with tokens that are valid for a day, in one of the three caches. */
function cached(
  own: Pick<Scenario, "name" | "title" | "asserts" | "script" | "expects" | "settings"> & {
    readonly standsFor: string;
    readonly expectation: string;
  },
): Scenario {
  const { standsFor, expectation, settings, ...rest } = own;
  return defineScenario({
    ...rest,
    story: {
      standsFor: `${standsFor} (${CACHING})`,
      asserts: expectation,
      failureMeans:
        "A user whose token is valid for hours is signed out by a click, and cannot sign in again before the outage ends.",
      fix: "Keep tokens in localStorage if your threat model allows it, and ask users not to close working tabs during an outage.",
    },
    needs: ["popup", "silent"],
    clients: ["msal-browser"],
    settings: { refreshIn: "never", ...settings },
    faults: workingDay,
  });
}

const cacheOfTheTab = cached({
  name: "browser-cache-of-the-tab",
  title: "Tokens in sessionStorage through an outage: a reload, then the tab is closed",
  standsFor: "the default of msal-browser: tokens belong to one tab",
  expectation: "Every call is served from the cache, after the reload and in the new tab.",
  asserts: ["cached-token", "reload", "screen", "availability", "recovery"],
  async script(context) {
    const { clock } = context;
    const spa = await signedIn(context, { cache: "session", capabilities: ["cp1"] });
    await callUntil(context, spa, hours(2));
    await spa.tabs.reload();
    await callUntil(context, spa, hours(4));
    await spa.tabs.close();
    await spa.tabs.open();
    await spa.attempt(silently(context, USER));
    await clock.until(hours(9) + minutes(5));
    await spa.attempt(signIn(context));
    await callUntil(context, spa, hours(10));
  },
});

const cacheOfTheBrowser = cached({
  name: "browser-cache-of-the-browser",
  title: "Tokens in localStorage through an outage: a reload, a closed tab, a second tab",
  standsFor: "tokens belong to the origin: all tabs of one browser share them",
  expectation: "Every call is served from the cache, in every tab.",
  asserts: ["cached-token", "reload", "tabs", "screen", "availability"],
  async script(context) {
    const spa = await signedIn(context, { cache: "persisted", capabilities: ["cp1"] });
    await callUntil(context, spa, hours(2));
    await spa.tabs.reload();
    await callUntil(context, spa, hours(3));
    await spa.tabs.open();
    await callUntil(context, spa, hours(5));
    for (const _ of ["first", "second"]) await spa.tabs.close();
    await spa.tabs.open();
    await callUntil(context, spa, hours(10));
  },
});

const cacheOfThePage = cached({
  name: "browser-cache-of-the-page",
  title: "Tokens in memory through an outage: the page is reloaded",
  standsFor: "memoryStorage, the most secure choice: tokens are lost with the page",
  expectation: "The call after the reload gets a token.",
  asserts: ["reload", "screen", "recovery"],
  expects: [
    {
      rule: "reload",
      because:
        "The application keeps its tokens in memory, which is lost with the page: after a reload there is no account to call silently for.",
    },
  ],
  async script(context) {
    const spa = await signedIn(context, { cache: "memory", capabilities: ["cp1"] });
    await callUntil(context, spa, hours(2));
    await spa.tabs.reload();
    await spa.attempt(silently(context, USER));
    await context.clock.until(hours(9) + minutes(5));
    await spa.attempt(signIn(context));
    await callUntil(context, spa, hours(10));
  },
});

/** Restarts the browser an hour into the outage, and calls until after it. */
async function restartInOutage(context: ScriptContext): Promise<void> {
  const spa = await signedIn(context, { cache: "persisted", capabilities: ["cp1"] });
  await callUntil(context, spa, hours(2));
  await spa.restart();
  const restarted = await spa.attempt(silently(context, USER));
  await context.clock.until(hours(9) + minutes(5));
  // Versions that encrypt nothing keep the user signed in.
  await spa.attempt(restarted instanceof Error ? signIn(context) : silently(context, USER));
  await callUntil(context, spa, hours(10));
}

const browserRestart = cached({
  name: "browser-restart-in-outage",
  title: "The browser is restarted in an outage, with tokens in localStorage",
  standsFor:
    "localStorage survives a restart of the browser; msal-browser encrypts its entries with a key in a session cookie, which does not survive",
  expectation: "The call after the restart is served from the cache.",
  asserts: ["reload", "cached-token", "screen", "recovery"],
  script: restartInOutage,
});

const staySignedInRestart = cached({
  name: "browser-restart-staying-signed-in",
  title: 'The same, for a user who answered "Stay signed in?" with Yes',
  standsFor:
    "msal-browser from 4.26 on does not encrypt the entries of a user whose id token says kmsi in signin_state, and from 5 on it asks for the claim",
  expectation: "The call after the restart is served from the cache, and no one signs in again.",
  settings: { staySignedIn: "yes" },
  asserts: ["reload", "cached-token", "screen", "availability"],
  script: restartInOutage,
});

const secondTab = cached({
  name: "browser-second-tab",
  title: "A link is opened in a second tab during an outage, with tokens in sessionStorage",
  standsFor: "users open links in new tabs, which do not get the tokens in sessionStorage",
  expectation: "The second tab has the token of the first.",
  asserts: ["tabs", "cached-token", "recovery"],
  async script(context) {
    const spa = await signedIn(context, { cache: "session", capabilities: ["cp1"] });
    await callUntil(context, spa, hours(2));
    const first = spa.tabs.front();
    await spa.tabs.open();
    await spa.attempt(silently(context, USER));
    await spa.attempt({ ...silently(context, USER), tab: first });
    await context.clock.until(hours(9) + minutes(5));
    await spa.attempt({ ...silently(context, USER), tab: first });
  },
});

export const cacheScenarios: readonly Scenario[] = [
  cacheOfTheTab,
  cacheOfTheBrowser,
  cacheOfThePage,
  browserRestart,
  staySignedInRestart,
  secondTab,
];
