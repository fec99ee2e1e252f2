/**
 * The browsers of a run, as clients in them see them: tabs by name, the person in front of
 * them, and what that person sees. A browser is named by the script; it is one for all
 * applications unless the script says otherwise, as on a desk.
 *
 * Whatever a browser tells of itself, it tells when the machine likes. So windows, screens and
 * the person are attended to when all is at rest, before time goes on (`settle`).
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { unlessCollected } from "../../browser/collected.ts";
import { asksForSignIn, fillIn } from "../../browser/person.ts";
import { lookAtScreen } from "../../browser/screen.ts";
import type { ClientBrowser, SeatedPerson } from "../../clients/client.ts";
import { minutes } from "../../core/time/duration.ts";
import type { Gate } from "../../core/time/gate.ts";
import type { HowLong } from "../../core/time/participants.ts";
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import { HarnessError } from "../../core/errors.ts";
import type { Cause } from "../../history/ledger.ts";
import type { Recorder } from "../../history/recorder.ts";
import type { BrowserProfile, MountedBrowser } from "../../network/mount.ts";
import type { Attribution } from "../simulation/attribution.ts";
import { createTabs, type OpenTab } from "./tabs.ts";
import type { Turns } from "./turns.ts";

export interface BrowserRoom {
  /** The browser of that name, as an application of that name in the history uses it. */
  readonly of: (browser: string, client: string) => ClientBrowser;
  /** Called when all is at rest: true when time may go on, false when something has begun. What people see, and do, waits until it rests surely. */
  readonly settle: (howLong: HowLong) => Promise<boolean>;
}

export interface BrowserRoomParts {
  readonly mounted: MountedBrowser;
  readonly recorder: Recorder;
  readonly attribution: Attribution;
  readonly turns: Turns;
  readonly gate: Gate;
  readonly clock: Pick<VirtualClock, "now" | "setTimer">;
}

interface Seat {
  readonly person: SeatedPerson;
  readonly cause: Cause;
}

interface Desk {
  opening: Promise<BrowserProfile>;
  /** Once it is open. */
  profile?: BrowserProfile;
  seat?: Seat;
}

/** A request that no browser tells of after so many looks is let pass all the same. */
const UNTOLD_LOOKS_MAX = 200;

/**
 * How long a person looks at a window that a sign-in has opened, and that shows nothing or an
 * error, before they close it: a guess, and longer than the minute after which libraries with a
 * time-out have told the application. One without waits as long as the person does.
 */
const PATIENCE_MS = minutes(2);

/** No browser is open yet. */
export function createBrowserRoom(parts: BrowserRoomParts): BrowserRoom {
  const { mounted, recorder, attribution, turns, gate, clock } = parts;
  const desks = new Map<string, Desk>();
  const tabs = createTabs(recorder);
  let calls = 0;
  let untold = 0;
  // What a browser does later is not caused by the call that happened to start it.
  const aside = AsyncLocalStorage.snapshot();

  const acting = async <T>(work: () => Promise<T>): Promise<T> => {
    const hold = gate.hold();
    try {
      return await work();
    } finally {
      hold.release();
    }
  };

  const open = (desk: Partial<Desk>, opening: () => Promise<BrowserProfile>): Desk => {
    delete desk.profile;
    return Object.assign(desk, {
      opening: aside(async () => (desk.profile = await acting(opening))),
    });
  };

  const profileOf = ({ desk }: OpenTab): BrowserProfile | undefined => desks.get(desk)?.profile;

  const profiles = (): readonly BrowserProfile[] =>
    [...desks.values()].flatMap(({ profile }) => profile ?? []);

  /** Whether the browsers have told of every request that has come: who sent it is known then. */
  const isTold = (): boolean => {
    const all = profiles();
    const isKnown = turns.addresses().every((url) => all.some(({ time }) => time.knows(url)));
    untold = isKnown ? 0 : untold + 1;
    return isKnown || untold > UNTOLD_LOOKS_MAX;
  };

  /** The person of a desk answers a page that asks for a sign-in, once a page. */
  const answer = async ({ tab, desk: name }: OpenTab): Promise<boolean> => {
    const desk = desks.get(name);
    const { seat, profile } = desk ?? {};
    if (seat === undefined || profile === undefined || tab.page === undefined) return false;
    const { page } = tab;
    const { person, cause } = seat;
    return profile.time.during(() =>
      fillIn(page, {
        answers: person,
        asked: (prompt) =>
          void recorder.causedBy(cause, () => Promise.resolve(person.asked(prompt))),
      }),
    );
  };

  /** A window that is of no use is closed by the person, as long as the application waits for it. */
  const giveUp = async (open: OpenTab): Promise<boolean> => {
    const { shows, tab } = open;
    const { page } = tab;
    const isOfUse = open.kind === "tab" || shows === "sign-in" || shows === "content";
    if (isOfUse || calls === 0) {
      delete open.deadSinceMs;
      return false;
    }
    if (open.deadSinceMs === undefined) {
      open.deadSinceMs = clock.now();
      // Time stops there, so that the person can look at their watch.
      clock.setTimer(() => undefined, PATIENCE_MS);
    }
    // Of a window that was opened with an address that never answers, the browser reports no page.
    if (page === undefined || clock.now() - open.deadSinceMs < PATIENCE_MS) return false;
    delete open.deadSinceMs;
    await acting(() => page.close());
    return true;
  };

  const settle = async (howLong: HowLong): Promise<boolean> => {
    if (!isTold()) return false;
    for (const { time } of profiles()) if (!(await tabs.follow(time))) return false;
    if (turns.next()) return false;
    if (howLong === "a moment") return true;
    const asking: OpenTab[] = [];
    for (const open of tabs.all()) {
      const { page } = open.tab;
      const isLeaving = page !== undefined && profileOf(open)?.time.isLeaving(page) === true;
      // A window without a document is white; a page that is left goes on showing what it showed.
      const isBlank = page === undefined || (isLeaving && open.seen === undefined);
      if (isLeaving && !isBlank) {
        if (await giveUp(open)) return false;
        continue;
      }
      const known = page === undefined ? undefined : profileOf(open)?.time.screenOf(page);
      const screen = isBlank
        ? ({ shows: "blank" } as const)
        : (known ?? (await lookAtScreen(page)));
      if (screen === undefined) continue;
      tabs.see(open, screen);
      if (await giveUp(open)) return false;
      // A page that refuses a password asks for it again.
      const mayAsk = screen.shows === "sign-in" || screen.shows === "error";
      if (!mayAsk || page === undefined) continue;
      const asks = known === undefined ? await asksForSignIn(page) : known.asksForSignIn === true;
      if (asks) asking.push(open);
    }
    for (const open of asking) if (await answer(open)) return false;
    return true;
  };

  const of = (browser: string, client: string): ClientBrowser => {
    const deskOf = (): Desk => {
      const known = desks.get(browser);
      if (known !== undefined) return known;
      const desk = open({}, () => mounted.openProfile());
      desks.set(browser, desk);
      return desk;
    };
    return {
      serve(origin, files) {
        attribution.own(origin, client);
        mounted.serve(origin, files);
      },
      claim: (correlationId) => attribution.claim(correlationId),
      async openTab(address) {
        const profile = await deskOf().opening;
        const page = await acting(() => profile.context.newPage());
        const open = tabs.enter({ client, desk: browser, kind: "tab" }, page);
        await acting(() => page.goto(address, { waitUntil: "commit" }));
        return {
          name: open.tab.name,
          page,
          async reload() {
            tabs.reloaded(open);
            const committed = page.reload({ waitUntil: "commit", timeout: 0 });
            const begun = page.waitForRequest((request) => request.isNavigationRequest());
            await acting(() => Promise.race([begun, committed]));
            await profile.time.during(() => committed);
          },
          async close() {
            await acting(() => page.close());
            tabs.closed(open);
          },
        };
      },
      async during(work) {
        const { time } = await deskOf().opening;
        calls += 1;
        try {
          return await time.during(async () => {
            const result = await unlessCollected(work);
            // Of several calls, none knows by itself which is the first to end.
            if (calls > 1) await turns.ended();
            return result;
          });
        } finally {
          calls -= 1;
        }
      },
      seat(person) {
        const cause = recorder.cause();
        if (cause === undefined)
          throw new HarnessError("bad-scenario", "nobody asked for a sign-in");
        deskOf().seat = { person, cause };
      },
      async restart() {
        const desk = deskOf();
        const before = await desk.opening;
        delete desk.seat;
        tabs.ended(browser, client);
        await open(desk, () => before.restart()).opening;
      },
    };
  };
  return { of, settle };
}
