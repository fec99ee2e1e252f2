/** What only a client in a browser can show: its tabs, and what the person in front of them sees. */
import type { EventBase } from "./event-base.ts";

/** What the tab of an application shows to the person in front of it. */
export const screens = ["content", "sign-in", "error", "spinner", "blank"] as const;

export type Screen = (typeof screens)[number];

/** What a person sees has changed; it stays so until the tab's next event of this kind, or until it is closed. */
export interface ScreenSeen extends EventBase {
  readonly kind: "screen-seen";
  readonly client: string;
  /** Such as `tab-1`; `popup-1` for a window that a sign-in opened. */
  readonly tab: string;
  /** `content`: the application; `sign-in`: a page that asks the person to sign in; `error`: words that say what is wrong, of the application, the service or the browser; `spinner`: a sign of waiting and nothing else; `blank`: nothing at all. */
  readonly shows: Screen;
  /** The words that stand out: heading or alert, at most 80 characters, volatile parts replaced. */
  readonly text?: string;
}

/** A tab of an application was opened, loaded anew or closed. */
export interface TabChanged extends EventBase {
  readonly kind: "tab-changed";
  readonly client: string;
  readonly tab: string;
  readonly change: "opened" | "reloaded" | "closed";
}
