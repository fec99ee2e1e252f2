/**
 * Errors that a page throws anyway, outage or not. Those before anything was wrong excuse like ones
 * no more often: as many for each load, of errors as the page loads; of others as many in as much time. What goes beyond is of the outage, although its text is the same,
 * as that of every request that fails is "Failed to fetch".
 */
import type { History } from "../../history/event.ts";
import type { TabChanged } from "../../history/browser-events.ts";
import type { PageError } from "../../history/page-error.ts";
import { endOf } from "./exchanges.ts";
import type { EventRef } from "./verdicts.ts";

/** An error so soon after its page has begun to load is one of its loading. */
const LOADING_MS = 5_000;

/** Returns a function that says whether an error is usual; asked once for each, in their order. `trouble` is the first thing that was wrong. */
export function createUsualErrors(
  history: History,
  trouble: EventRef,
): (error: PageError) => boolean {
  const allowed = new Map<string, number>();
  const thrown = history.events.filter((event) => event.kind === "page-error");
  const before = thrown.filter(({ index }) => index < trouble.index);
  for (const [like, errors] of Map.groupBy(before, (error) => likenessOf(history, error)))
    allowed.set(like, shareOf(history, errors, trouble));
  return (error) => {
    const like = likenessOf(history, error);
    const left = allowed.get(like) ?? 0;
    if (left < 1) return false;
    allowed.set(like, left - 1);
    return true;
  };
}

/** How many of an error are usual from the trouble on, when there were these before it. */
function shareOf(
  history: History,
  errors: readonly PageError[],
  { index: troubleAt }: EventRef,
): number {
  const [error] = errors;
  if (error !== undefined && loadOf(history, error) !== undefined) {
    const loads = loadsOf(history, error.client);
    const earlier = loads.filter(({ index }) => index < troubleAt).length;
    return Math.ceil((errors.length / earlier) * (loads.length - earlier));
  }
  const beganAt = history.events[troubleAt]?.at ?? 0;
  const healthyMs = beganAt - history.header.startedAt;
  // How often something happens that happened once, no one knows.
  if (errors.length === 1 || healthyMs === 0) return errors.length;
  return Math.ceil((errors.length * (endOf(history) - beganAt)) / healthyMs);
}

/** The load of its page that an error belongs to. */
function loadOf(history: History, error: PageError): TabChanged | undefined {
  return loadsOf(history, error.client).findLast(
    ({ index, at, tab }) =>
      index < error.index &&
      error.at - at <= LOADING_MS &&
      (error.tab === undefined || tab === error.tab),
  );
}

function loadsOf(history: History, client: string): readonly TabChanged[] {
  return history.events.filter(
    (event): event is TabChanged =>
      event.kind === "tab-changed" && event.change !== "closed" && event.client === client,
  );
}

/** The same text for errors that differ only in numbers and ids, and in what was happening in the page. */
function likenessOf(history: History, error: PageError): string {
  const { client, error: thrown } = error;
  const when = loadOf(history, error) === undefined ? "later" : "as it loads";
  const text = thrown.message.replaceAll(/[0-9a-f-]*\d[0-9a-f-]*/gi, "#");
  return `${client} ${when} ${thrown.name} ${text}`;
}
