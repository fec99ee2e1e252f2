/**
 * Errors that the pages of a run let go uncaught. The browser reports them when the host computer
 * gets to it, so they are recorded once all is quiet, those of one moment in the order of their tabs and texts.
 */
import type { BrowserContext, Page } from "@playwright/test";
import { watchUncaughtErrors, type UncaughtError } from "../../browser/uncaught-errors.ts";
import type { Recorder } from "../../history/recorder.ts";
import type { OpenTab, Tabs } from "./tab-register.ts";

export interface PageErrors {
  /** Watches the pages of a browser context, from before its first one. */
  readonly watch: (context: BrowserContext) => void;
  /** Records what has been reported since the last time. */
  readonly record: () => void;
}

interface Reported extends UncaughtError {
  /** Absent for a window whose opener has not said that it is open. */
  owner: Pick<OpenTab, "client" | "tab"> | undefined;
}

/** Creates the watch of a run, for contexts that are opened later. */
export function createPageErrors(
  recorder: Pick<Recorder, "emit" | "redactor">,
  tabs: Pick<Tabs, "all">,
): PageErrors {
  let reported: Reported[] = [];
  const ownerOf = (page: Page | null): OpenTab | undefined =>
    page === null ? undefined : tabs.all().find(({ tab }) => tab.page === page);
  return {
    watch: (context) =>
      watchUncaughtErrors(context, (uncaught) => {
        reported.push({ ...uncaught, owner: ownerOf(uncaught.page) });
      }),
    record() {
      const [first] = tabs.all();
      const found = reported.map((one) => ({ ...one, owner: one.owner ?? ownerOf(one.page) }));
      reported = [];
      // Of one moment the browser reports them in any order.
      for (const one of found.sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1))) {
        const { owner, name, message } = one;
        recorder.emit({
          kind: "page-error",
          client: owner?.client ?? first?.client ?? "",
          ...(owner === undefined ? {} : { tab: owner.tab.name }),
          error: { name, message: recorder.redactor.text(message) },
        });
      }
    },
  };
}

function textOf({ owner, name, message }: Reported): string {
  return [owner?.client, owner?.tab.name, name, message].join("\n");
}
