/** The screens of a history: what a person saw, and for how long. */
import { seconds } from "../../core/time/duration.ts";
import type { ScreenSeen } from "../../history/browser-events.ts";
import type { History } from "../../history/event.ts";
import { endOf } from "./exchanges.ts";

/** A screen and when it was visible; times in ms since the Unix epoch. */
export interface ScreenSpan {
  readonly event: ScreenSeen;
  readonly from: number;
  readonly to: number;
  /** Whether it was replaced, or its tab closed, in less than a second. */
  readonly isBrief: boolean;
}

const BRIEF_MS = seconds(1);

/** Every screen in order, until the next one of its tab, the closing of the tab or the browser, or the end of the history. */
export function screenSpansOf(history: History): readonly ScreenSpan[] {
  const spans: ScreenSpan[] = [];
  const current = new Map<string, ScreenSeen>();
  const end = (key: string, to: number, isOver: boolean): void => {
    const event = current.get(key);
    current.delete(key);
    if (event === undefined) return;
    const isBrief = isOver && to - event.at < BRIEF_MS;
    spans.push({ event, from: event.at, to, isBrief });
  };
  for (const event of history.events) {
    if (event.kind === "screen-seen") {
      end(tabKey(event), event.at, true);
      current.set(tabKey(event), event);
    } else if (event.kind === "tab-changed" && event.change === "closed") {
      end(tabKey(event), event.at, true);
    } else if (event.kind === "client-restarted" && event.browser === true) {
      for (const [key, { client }] of current)
        if (client === event.client) end(key, event.at, true);
    }
  }
  for (const key of current.keys()) end(key, endOf(history), false);
  return spans.sort((a, b) => a.event.index - b.event.index);
}

/** One key for each tab of each application. */
export function tabKey({ client, tab }: { readonly client: string; readonly tab: string }): string {
  return `${client} ${tab}`;
}
