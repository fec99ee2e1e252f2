/**
 * What happens in browsers between two instants of virtual time. A browser reports its windows
 * and requests when the host computer gets to it, so windows, screens and people are attended
 * to here, once all is quiet and before time goes on.
 */
import { asksForSignIn, fillIn } from "../../browser/sign-in-person.ts";
import { lookAtScreen } from "../../browser/agent/screen.ts";
import { minutes } from "../../core/time/duration.ts";
import type { BrowserProfile } from "../../network/mount.ts";
import type { BrowserContexts, ContextsState } from "./contexts-state.ts";
import type { OpenTab } from "./tab-register.ts";

/** A request that no browser has reported after so many looks goes on without. */
const UNREPORTED_LOOKS_MAX = 200;

/**
 * How long a person looks at a window that a sign-in has opened, and that shows nothing or an
 * error, before they close it: a guess, and longer than the minute after which libraries with a
 * time-out have failed the call. A library without one waits as long as the person does.
 */
const PATIENCE_MS = minutes(2);

export function createSettle(state: ContextsState): BrowserContexts["settle"] {
  const { tabs, turns, pageErrors } = state;
  const isReported = createReportWatch(state);
  return async (thoroughness) => {
    if (!isReported()) return false;
    for (const { time } of profilesOf(state)) if (!(await tabs.follow(time))) return false;
    if (turns.next()) return false;
    if (thoroughness === "quick") return true;
    // By now each page has answered, so the browser has reported what it threw before.
    pageErrors.record();
    const asking: OpenTab[] = [];
    for (const open of tabs.all()) {
      const seen = await look(state, open);
      if (seen === "acted") return false;
      if (seen === "asks") asking.push(open);
    }
    for (const open of asking) if (await answer(state, open)) return false;
    return true;
  };
}

function profilesOf({ byName }: ContextsState): readonly BrowserProfile[] {
  return [...byName.values()].flatMap(({ profile }) => profile ?? []);
}

/** Whether the browsers have reported each request that has arrived: its sender is known then. */
function createReportWatch(state: ContextsState): () => boolean {
  let looks = 0;
  return () => {
    const profiles = profilesOf(state);
    const isKnown = state.turns
      .addresses()
      .every((url) => profiles.some(({ time }) => time.knows(url)));
    looks = isKnown ? 0 : looks + 1;
    return isKnown || looks > UNREPORTED_LOOKS_MAX;
  };
}

/** Records what a tab shows. The person may close it, or be asked to sign in. */
async function look(
  state: ContextsState,
  open: OpenTab,
): Promise<"acted" | "asks" | "nothing to do"> {
  const { page } = open.tab;
  const profile = state.byName.get(open.context)?.profile;
  const isLeaving = page !== undefined && profile?.time.isLeaving(page) === true;
  // A window without a document is white; a page that is left goes on showing what it showed.
  const isBlank = page === undefined || (isLeaving && open.seen === undefined);
  if (isLeaving && !isBlank) return (await giveUp(state, open)) ? "acted" : "nothing to do";
  const known = page === undefined ? undefined : profile?.time.screenOf(page);
  const screen = isBlank ? ({ shows: "blank" } as const) : (known ?? (await lookAtScreen(page)));
  if (screen === undefined) return "nothing to do";
  state.tabs.see(open, screen);
  if (await giveUp(state, open)) return "acted";
  // A page that refuses a password asks for it again.
  const mayAsk = screen.shows === "sign-in" || screen.shows === "error";
  if (!mayAsk || page === undefined) return "nothing to do";
  const asks = known === undefined ? await asksForSignIn(page) : known.asksForSignIn === true;
  return asks ? "asks" : "nothing to do";
}

/** The person closes a window that is of no use, as long as the application waits for it. */
async function giveUp(
  { clock, pendingCalls, holding }: ContextsState,
  open: OpenTab,
): Promise<boolean> {
  const { shows, tab } = open;
  const { page } = tab;
  const isOfUse = open.kind === "tab" || shows === "sign-in" || shows === "content";
  if (isOfUse || pendingCalls === 0) {
    delete open.uselessSinceMs;
    return false;
  }
  if (open.uselessSinceMs === undefined) {
    open.uselessSinceMs = clock.now();
    // Virtual time stops at this timer, so that the person can act then.
    clock.setTimer(() => undefined, PATIENCE_MS);
  }
  // The browser reports no page for a window whose first address never answers.
  if (page === undefined || clock.now() - open.uselessSinceMs < PATIENCE_MS) return false;
  delete open.uselessSinceMs;
  await holding(() => page.close());
  return true;
}

/** The person of a context answers a page that asks for a sign-in, once a page. */
async function answer(
  { byName, recorder }: ContextsState,
  { tab: { page }, context }: OpenTab,
): Promise<boolean> {
  const { signIn, profile } = byName.get(context) ?? {};
  if (signIn === undefined || profile === undefined || page === undefined) return false;
  const { person, cause } = signIn;
  return profile.time.during(() =>
    fillIn(page, {
      answers: person,
      asked: (prompt) => void recorder.causedBy(cause, () => Promise.resolve(person.asked(prompt))),
    }),
  );
}
