/** Which of an application's tokens each tab is known to have, and why it may lack one. */
import { describe, expect, it } from "vitest";
import type { TabChanged } from "../../history/browser-events.ts";
import type { ClientRestarted } from "../../history/event.ts";
import {
  changeTab,
  createTabs,
  loadOf,
  locate,
  noteTab,
  recordSighting,
  restartBrowser,
  type Tabs,
} from "./tabs-of-client.ts";

const at = (index: number) => ({ index, at: index, client: "app-1" });
const changed = (index: number, change: TabChanged["change"], tab: string): TabChanged => ({
  kind: "tab-changed",
  ...at(index),
  tab,
  change,
});
const restarted = (index: number): ClientRestarted => ({
  kind: "client-restarted",
  ...at(index),
  persisted: "cache",
  browser: true,
});

/** Tabs after these steps. */
function tabsAfter(...steps: readonly ((tabs: Tabs) => void)[]): Tabs {
  const tabs = createTabs();
  for (const step of steps) step(tabs);
  return tabs;
}

const opens = (index: number, tab: string) => (tabs: Tabs) =>
  changeTab(tabs, changed(index, "opened", tab));
const reloads = (index: number, tab: string) => (tabs: Tabs) =>
  changeTab(tabs, changed(index, "reloaded", tab));
const closes = (index: number, tab: string) => (tabs: Tabs) =>
  changeTab(tabs, changed(index, "closed", tab));
const sees = (index: number, tab: string | undefined) => (tabs: Tabs) =>
  recordSighting(tabs, "token", tab, index);
const restarts = (index: number) => (tabs: Tabs) => restartBrowser(tabs, restarted(index));

/** Where the token is that was received at the index, for that tab: `here`, `elsewhere` or the kind of loss. */
function whereIs(tabs: Tabs, gotIndex: number, tab: "tab-1" | "no tab" = "tab-1"): string {
  const found = locate(tabs, { thing: "token", gotIndex }, tab === "no tab" ? undefined : tab);
  return typeof found === "string" ? found : `${found.kind} ${found.event.index}`;
}

describe("a token", () => {
  it("is here where it was seen since the page was loaded, or by a call of no tab", () => {
    expect(whereIs(tabsAfter(opens(0, "tab-1"), sees(1, "tab-1")), 1)).toBe("here");
    expect(whereIs(tabsAfter(opens(0, "tab-1"), sees(1, undefined)), 1)).toBe("here");
    expect(whereIs(tabsAfter(sees(0, "tab-1")), 0)).toBe("here");
    expect(whereIs(createTabs(), 0, "no tab")).toBe("here");
  });

  it("may be lost by a reload since", () => {
    const tabs = tabsAfter(opens(0, "tab-1"), sees(1, "tab-1"), reloads(2, "tab-1"));
    expect(whereIs(tabs, 1)).toBe("reload 2");
    sees(3, "tab-1")(tabs);
    expect(whereIs(tabs, 1)).toBe("here");
    // Of a tab that was there before the history began, too.
    expect(whereIs(tabsAfter(sees(0, "tab-1"), reloads(1, "tab-1")), 0)).toBe("reload 1");
  });

  it("is elsewhere when another tab received it while this one was open", () => {
    const tabs = tabsAfter(opens(0, "tab-1"), sees(1, "tab-2"));
    expect(whereIs(tabs, 1)).toBe("elsewhere");
    expect(whereIs(createTabs(), 0)).toBe("elsewhere");
  });

  it("may lack in a second tab, and in one that was opened after all others were closed", () => {
    const second = tabsAfter(opens(0, "tab-2"), sees(1, "tab-2"), opens(2, "tab-1"));
    expect(whereIs(second, 1)).toBe("second-tab 2");
    const steps = [opens(0, "tab-2"), sees(1, "tab-2"), closes(2, "tab-2"), opens(3, "tab-1")];
    expect(whereIs(tabsAfter(...steps), 1)).toBe("closing 2");
    const alone = tabsAfter(sees(0, "tab-2"), opens(1, "tab-1"));
    expect(whereIs(alone, 0)).toBe("elsewhere");
  });

  it("is in a tab that was closed and opened again lost by the closing", () => {
    const steps = [opens(0, "tab-1"), sees(1, "tab-1"), closes(2, "tab-1"), opens(3, "tab-1")];
    expect(whereIs(tabsAfter(...steps), 1)).toBe("closing 2");
  });

  it("may be lost by a restart of the browser since it was last seen", () => {
    const tabs = tabsAfter(opens(0, "tab-1"), sees(1, "tab-1"), restarts(2));
    expect(whereIs(tabs, 1)).toBe("restart 2");
    expect(whereIs(tabs, 1, "no tab")).toBe("restart 2");
    opens(3, "tab-1")(tabs);
    sees(4, "tab-1")(tabs);
    expect(whereIs(tabs, 1)).toBe("here");
    // What another tab has shown since was not lost, but this one has not shown it.
    const other = tabsAfter(opens(0, "tab-1"), sees(1, "tab-1"), restarts(2), sees(3, "tab-2"));
    expect(whereIs(other, 1)).toBe("elsewhere");
  });
});

describe("a tab", () => {
  it("is a second one beside a tab that is open, was noted or has been opened again", () => {
    const isSecond = (...steps: readonly ((tabs: Tabs) => void)[]) =>
      tabsAfter(...steps, opens(9, "tab-1")).opened.get("tab-1")?.isSecond;
    const notes = (tab: string) => (tabs: Tabs) => noteTab(tabs, tab);
    expect(isSecond()).toBe(false);
    expect(isSecond(notes("tab-2"))).toBe(true);
    expect(isSecond(reloads(0, "tab-2"))).toBe(true);
    // Not so itself, a popup, a closed tab, and those from before the browser was restarted.
    expect(isSecond(notes("tab-1"))).toBe(false);
    expect(isSecond(notes("popup-1"), opens(0, "popup-2"))).toBe(false);
    expect(isSecond(opens(0, "tab-2"), closes(1, "tab-2"))).toBe(false);
    expect(isSecond(opens(0, "tab-2"), restarts(1))).toBe(false);
  });

  it("was loaded last by its own load, or by the restart of the browser", () => {
    expect(loadOf(createTabs(), "tab-1")).toBe(-1);
    expect(loadOf(tabsAfter(opens(0, "tab-1")), "tab-1")).toBe(0);
    expect(loadOf(tabsAfter(opens(0, "tab-1"), reloads(5, "tab-1")), "tab-1")).toBe(5);
    expect(loadOf(tabsAfter(opens(0, "tab-1")), "tab-2")).toBe(-1);
    expect(loadOf(tabsAfter(opens(0, "tab-1")), undefined)).toBe(-1);
    const tabs = tabsAfter(opens(0, "tab-1"), restarts(3));
    expect([loadOf(tabs, "tab-1"), loadOf(tabs, undefined)]).toEqual([3, 3]);
    opens(4, "tab-1")(tabs);
    expect(loadOf(tabs, "tab-1")).toBe(4);
  });
});
