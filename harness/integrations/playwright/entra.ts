/** The fixture `entra` of a Playwright test: its live simulation, and who signs in. */
import type { Page } from "@playwright/test";
import type { User } from "../../entra/directory/world.ts";
import type { Refusal } from "../../runner/live/refusals.ts";
import { explaining } from "../../core/explain.ts";
import type { LiveSimulation } from "../../runner/live/live-simulation.ts";
import { currentControls } from "../../runner/live/current-controls.ts";
import type { LiveControls } from "../../runner/live/live-controls.ts";
import type { WatchedContext } from "./watched-context.ts";
import type { EntraOptions } from "./playwright-options.ts";
import { readSignInOptions } from "../../runner/live/sign-in/sign-in-options.ts";
import type { SignInControls, SignInOptions } from "../../runner/live/sign-in/sign-in.ts";
import { signIn } from "./sign-in.ts";

/**
 * The fixture `entra` of `brownout/playwright`: outages, clock, world and history of the test,
 * and who signs in.
 *
 * @example
 * await entra.signIn("adele", () => page.getByRole("button", { name: "Sign in" }).click());
 * entra.outage();
 * await entra.clock.advance("2h");
 */
export type Entra = LiveControls &
  Pick<SignInControls, "tokenFor"> & {
    /**
     * Signs a person of the world in: they fill in every sign-in page from now on, in tabs and
     * popups, and `action` is what makes the app ask, such as a click on its button. Resolves
     * when the service has signed them in and the pages have come to rest; rejects at once when the
     * service refuses, in its own words, and after ten seconds, or more on a busy machine, when
     * nothing comes of it. With `options` the person types another password, answers "Stay signed
     * in?" or presses Cancel, this once.
     */
    readonly signIn: (
      person: string,
      action: () => Promise<unknown>,
      options?: SignInOptions,
    ) => Promise<void>;
    /** Names who fills in sign-in pages from now on; without a name, the test fills them in itself. Throws `unknown-name`. */
    readonly signInAs: (person?: string) => void;
    /** Requests to the service: those that pages made, and those that arrived over sockets, some of which the browser sends twice. */
    readonly counts: () => { readonly page: number; readonly socket: number };
    /** Forgets what MSAL remembers of throttling in a page's storage, so that one page can meet many answers. */
    readonly clearThrottle: (page: Page) => Promise<void>;
  };

export interface EntraParts {
  readonly session: LiveSimulation;
  readonly context: WatchedContext;
  readonly accountOf: (user: User) => string;
  readonly counts: Entra["counts"];
  /** Whether a page loads a document or a script of the app. */
  readonly isLoading: () => boolean;
  readonly options: EntraOptions;
}

/**
 * After a sign-in the page goes on with what it was sent: it asks for further tokens, and popups
 * close. An outage that begins meanwhile would meet it on a slow machine alone. Time passes as soon
 * as all is at rest; old libraries look every 30 ms what their popup shows.
 */
const SETTLING_MS = 100;

/** The fixture of one test, and the refusals of sign-ins that nothing has reported to it. */
export function createEntra(parts: EntraParts): {
  readonly entra: Entra;
  readonly unreported: () => readonly Refusal[];
} {
  const { session, context, accountOf, counts, isLoading, options } = parts;
  const { world } = session;
  const steering = currentControls(() => session);
  const reports = { underway: 0, until: 0 };
  const signInAs = (person?: string, how?: SignInOptions): void =>
    context.signInAs(person === undefined ? undefined : explaining(() => world.user(person)), how);
  signInAs(options.user);

  const entra: Entra = {
    ...steering,
    clock: {
      ...steering.clock,
      async advance(duration) {
        await steering.clock.advance(duration);
        await context.look();
      },
    },
    signInAs: (person) => signInAs(person),
    tokenFor: async (...values) => explaining(async () => session.tokenFor(...values)),
    async signIn(person, action, given) {
      const how = explaining(() => readSignInOptions(given));
      signInAs(person, how);
      const account = accountOf(world.user(person));
      reports.underway += 1;
      try {
        await explaining(() =>
          signIn({
            session,
            world: session.directory.world,
            person,
            account,
            action,
            options: how,
            page: { looks: context.looks, isLoading },
          }),
        );
        await steering.clock.advance(SETTLING_MS);
      } finally {
        signInAs(person);
        reports.underway -= 1;
        reports.until = session.refusals().length;
      }
    },
    counts,
    clearThrottle: (page) =>
      page.evaluate(() => {
        for (const storage of [localStorage, sessionStorage]) {
          for (const key of Object.keys(storage))
            if (key.startsWith("throttling.")) storage.removeItem(key);
        }
      }),
  };
  return {
    entra,
    unreported: () => (reports.underway > 0 ? [] : session.refusals().slice(reports.until)),
  };
}
