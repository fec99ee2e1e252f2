/**
 * The browsers of a run, as clients in them see them: tabs by name, the person in front of
 * them, and what that person sees. A browser is named by the script; it is one for all
 * applications unless the script says otherwise, as on a desk.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { seatPerson } from "../browser/person.ts";
import { lookAtScreen } from "../browser/screen.ts";
import type { ClientBrowser, ClientTab, SeatedPerson } from "../client/client.ts";
import type { Gate } from "../clock/gate.ts";
import { HarnessError } from "../errors.ts";
import type { Cause } from "../history/ledger.ts";
import type { Recorder } from "../history/recorder.ts";
import type { BrowserProfile, MountedBrowser } from "../mount/mount.ts";
import type { Attribution } from "./attribution.ts";

export interface BrowserRoom {
  /** The browser of that name, as an application of that name in the history uses it. */
  readonly of: (browser: string, client: string) => ClientBrowser;
  /** Writes down what has changed on the screens. */
  readonly look: () => Promise<void>;
}

export interface BrowserRoomParts {
  readonly mounted: MountedBrowser;
  readonly recorder: Recorder;
  readonly attribution: Attribution;
  readonly gate: Gate;
}

interface Seat {
  readonly person: SeatedPerson;
  readonly cause: Cause;
}

interface Desk {
  profile: Promise<BrowserProfile>;
  seat: Seat | undefined;
}

interface OpenTab {
  readonly client: string;
  readonly tab: ClientTab;
  seen: string | undefined;
}

/** No browser is open yet. */
export function createBrowserRoom(parts: BrowserRoomParts): BrowserRoom {
  const { mounted, recorder, attribution, gate } = parts;
  const desks = new Map<string, Desk>();
  const tabs = new Set<OpenTab>();
  const numbers = new Map<string, number>();
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

  const furnish = async (desk: Desk, opening: Promise<BrowserProfile>): Promise<BrowserProfile> => {
    const profile = await acting(() => opening);
    seatPerson(profile.context, {
      answers: () => desk.seat?.person,
      asked: (prompt) => {
        const { seat } = desk;
        if (seat === undefined) return;
        void recorder.causedBy(seat.cause, () => Promise.resolve(seat.person.asked(prompt)));
      },
      acting,
    });
    profile.context.on("page", (page) => {
      void page.opener().then((opener) => {
        const owner = [...tabs].find(({ tab }) => tab.page === opener);
        if (owner !== undefined) adopt(owner.client, page);
      });
    });
    return profile;
  };

  const nameOf = (client: string, kind: "tab" | "popup"): string => {
    const number = (numbers.get(`${client} ${kind}`) ?? 0) + 1;
    numbers.set(`${client} ${kind}`, number);
    return `${kind}-${number}`;
  };

  /** A window that a sign-in opened. */
  const adopt = (client: string, page: ClientTab["page"]): void => {
    enter(client, { name: nameOf(client, "popup"), page });
  };

  const enter = (client: string, { name, page }: Pick<ClientTab, "name" | "page">): OpenTab => {
    const open: OpenTab = {
      client,
      seen: undefined,
      tab: {
        name,
        page,
        reload: async () => {
          recorder.emit({ kind: "tab-changed", client, tab: name, change: "reloaded" });
          await acting(() => page.reload({ waitUntil: "commit" }));
        },
        close: () => acting(() => page.close()),
      },
    };
    tabs.add(open);
    recorder.emit({ kind: "tab-changed", client, tab: name, change: "opened" });
    page.on("close", () => {
      if (tabs.delete(open))
        recorder.emit({ kind: "tab-changed", client, tab: name, change: "closed" });
    });
    return open;
  };

  const look = async (): Promise<void> => {
    for (const open of tabs) {
      const screen = await lookAtScreen(open.tab.page);
      if (screen === undefined || open.seen === JSON.stringify(screen) || !tabs.has(open)) continue;
      open.seen = JSON.stringify(screen);
      const { shows, text } = screen;
      recorder.emit({
        kind: "screen-seen",
        client: open.client,
        tab: open.tab.name,
        shows,
        ...(text === undefined ? {} : { text: recorder.redactor.text(text) }),
      });
    }
  };

  const of = (browser: string, client: string): ClientBrowser => {
    const deskOf = (): Desk => {
      const known = desks.get(browser);
      if (known !== undefined) return known;
      const desk = { seat: undefined } as unknown as Desk;
      desk.profile = aside(() => furnish(desk, mounted.openProfile()));
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
        const profile = await deskOf().profile;
        const page = await acting(() => profile.context.newPage());
        const { tab } = enter(client, { name: nameOf(client, "tab"), page });
        await acting(() => page.goto(address, { waitUntil: "commit" }));
        return tab;
      },
      async during(work) {
        return (await deskOf().profile).time.during(work);
      },
      seat(person) {
        const cause = recorder.cause();
        if (cause === undefined)
          throw new HarnessError("bad-scenario", "nobody asked for a sign-in");
        deskOf().seat = { person, cause };
      },
      async restart() {
        const desk = deskOf();
        const before = await desk.profile;
        desk.seat = undefined;
        desk.profile = aside(() => furnish(desk, before.restart()));
        await desk.profile;
      },
    };
  };
  return { of, look };
}
