/** The events of clients in a browser: their tabs, and what their users see. */
import type { EventBase } from "./event-base.ts";

/** What the tab of an application can show its user. */
export const screens = ["content", "sign-in", "error", "spinner", "blank"] as const;

export type Screen = (typeof screens)[number];

/** What a user sees in a tab has changed. It stays so until the next event of this kind in the tab, or until the tab is closed. */
export interface ScreenSeen extends EventBase {
  readonly kind: "screen-seen";
  readonly client: string;
  /** Such as `tab-1`; `popup-1` for a window that a sign-in opened. */
  readonly tab: string;
  /** `content`: the application; `sign-in`: a page that asks the user to sign in; `error`: an error message of the application, the service or the browser; `spinner`: only a sign of waiting; `blank`: nothing. */
  readonly shows: Screen;
  /** Of `content`: a bare text that shares nothing with what was at this address before. */
  readonly unlike?: true;
  /** The heading or alert of the page, at most 80 characters, volatile parts replaced. */
  readonly text?: string;
}

/** A tab of an application was opened, reloaded or closed. */
export interface TabChanged extends EventBase {
  readonly kind: "tab-changed";
  readonly client: string;
  readonly tab: string;
  readonly change: "opened" | "reloaded" | "closed";
}
