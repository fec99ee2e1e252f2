/**
 * The tabs of one application in a browser, and which of its tokens each tab is known to have.
 * A history does not say where an application keeps its tokens (`sessionStorage` belongs to one
 * tab, `localStorage` to all); it shows in which tab a token was received and used, and what
 * happened in between: a page reloaded, a tab closed, the browser restarted. The token inventory
 * records what it learns here, and `token-lookup.ts` asks.
 */
import type { TabChanged } from "../../history/browser-events.ts";
import type { ClientRestarted } from "../../history/event.ts";

/**
 * Why a tab may lack a token of its application: `reload`, its page was reloaded; `closing`, the
 * tab that had the token was closed before this one was opened; `restart`, the browser was
 * restarted; `second-tab`, it was opened beside the tab that has the token.
 */
export interface Loss {
  readonly kind: "reload" | "closing" | "restart" | "second-tab";
  readonly event: TabChanged | ClientRestarted;
}

/** The tabs of one application; all numbers are indices in the history. */
export interface Tabs {
  readonly open: Set<string>;
  readonly opened: Map<string, { readonly event: TabChanged; readonly isSecond: boolean }>;
  readonly loaded: Map<string, TabChanged>;
  /** By token or account: in which tabs it was seen, and when last; `""` for calls without a tab. */
  readonly seen: Map<string, Map<string, number>>;
  closed?: TabChanged;
  restarted?: ClientRestarted;
}

/** Creates the state of an application without a known tab. */
export function createTabs(): Tabs {
  return { open: new Set(), opened: new Map(), loaded: new Map(), seen: new Map() };
}

/** Whether a tab is the popup of a sign-in. */
export function isPopup(tab: string): boolean {
  return tab.startsWith("popup-");
}

/** Records that a tab is open, because a call was made or a screen was seen in it. */
export function noteTab({ open }: Tabs, tab: string | undefined): void {
  if (tab !== undefined && !isPopup(tab)) open.add(tab);
}

/** Records that a tab was opened, reloaded or closed. */
export function changeTab(tabs: Tabs, event: TabChanged): void {
  const { tab, change } = event;
  if (isPopup(tab)) return;
  if (change === "closed") {
    tabs.open.delete(tab);
    tabs.closed = event;
    return;
  }
  tabs.loaded.set(tab, event);
  if (change === "opened") {
    tabs.open.delete(tab);
    tabs.opened.set(tab, { event, isSecond: tabs.open.size > 0 });
  }
  tabs.open.add(tab);
}

/** Records that the browser has ended, with all its tabs, and started again. */
export function restartBrowser(tabs: Tabs, event: ClientRestarted): void {
  tabs.restarted = event;
  tabs.open.clear();
  tabs.opened.clear();
  tabs.loaded.clear();
}

/** Records that a token or account (`thing`) was received or used in this tab. */
export function recordSighting(
  tabs: Tabs,
  thing: string,
  tab: string | undefined,
  index: number,
): void {
  const seen = tabs.seen.get(thing) ?? new Map<string, number>();
  tabs.seen.set(thing, seen.set(tab ?? "", index));
}

/** The index of the last load of this tab's page, or of the restart of the browser; -1 when there was neither. */
export function loadOf(tabs: Tabs, tab: string | undefined): number {
  const loaded = tab === undefined ? undefined : tabs.loaded.get(tab);
  return Math.max(loaded?.index ?? -1, tabs.restarted?.index ?? -1);
}

/**
 * Whether a tab is known to have what the application received at `gotIndex`: `here`; the event
 * by which the tab may have lost it; or `elsewhere`, when it was received in another tab while
 * this one was open.
 */
export function locate(
  tabs: Tabs,
  { thing, gotIndex }: { readonly thing: string; readonly gotIndex: number },
  tab: string | undefined,
): "here" | "elsewhere" | Loss {
  const seen = tabs.seen.get(thing);
  const last = Math.max(gotIndex, ...(seen?.values() ?? []));
  const { restarted } = tabs;
  if (restarted !== undefined && last < restarted.index) {
    return { kind: "restart", event: restarted };
  }
  if (tab === undefined) return "here";
  const own = Math.max(seen?.get(tab) ?? -1, seen?.get("") ?? -1);
  if (own > loadOf(tabs, tab)) return "here";
  const opened = tabs.opened.get(tab);
  const loaded = tabs.loaded.get(tab);
  const isSameTab = own > Math.max(opened?.event.index ?? -1, restarted?.index ?? -1);
  if (isSameTab && loaded !== undefined) return { kind: "reload", event: loaded };
  if (opened === undefined || gotIndex > opened.event.index) return "elsewhere";
  if (opened.isSecond) return { kind: "second-tab", event: opened.event };
  return tabs.closed === undefined ? "elsewhere" : { kind: "closing", event: tabs.closed };
}
