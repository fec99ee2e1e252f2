/**
 * Rule `uncaught-error`: what an outage makes an application throw, something in it catches. An error
 * or a rejected promise that nothing catches ends the work under way, and the person at a page
 * is shown nothing: a spinner that stays, a button that does nothing. A process of Node it ends
 * whole, for everybody whom it serves.
 */
import { minutes } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import type { TabChanged } from "../history/browser-events.ts";
import type { PageError } from "../history/page-error.ts";
import type { ProcessError } from "../history/process-error.ts";
import type { Judgement, Rule } from "./rule.ts";
import { isFailedByService } from "./model/exchange-outcomes.ts";
import { exchangesOf, operationsOf } from "./model/exchanges.ts";
import { createUsualErrors } from "./model/usual-errors.ts";
import { faultSpansOf } from "./model/fault-windows.ts";
import { andMore, sinceStart } from "./model/messages.ts";
import { fails, inconclusive, passes, type EventRef } from "./model/verdicts.ts";

/** Judges `uncaught-error`. */
export const uncaughtError: Rule = {
  id: "uncaught-error",
  says: "A page, or a process, catches the errors and rejected promises that an outage causes in it.",
  source:
    "HTML Standard, Unhandled promise rejections (https://html.spec.whatwg.org/multipage/webappapis.html#unhandled-promise-rejections); Node ends a process in which nothing catches an error (https://nodejs.org/api/process.html#event-uncaughtexception); MSAL.js: every token call may reject, and the application handles it (https://learn.microsoft.com/entra/msal/javascript/browser/errors)",
  fix: "Catch where you await a token or an answer, also in effects, event handlers and timers, and show the person what they can do. On a server, answer this request with an error and stay alive for the next.",
  excuses: [
    {
      id: "thrown-before",
      says: "The page threw the same as often before anything was wrong: with each load, or in as much time.",
    },
    {
      id: "no-fault-met",
      says: "No fault that took a request had begun, and the world had not changed.",
    },
    { id: "long-after", says: "It was thrown more than two minutes after the last of them." },
    {
      id: "page-left",
      says: "A request was aborted because its page was being left, loaded anew or closed, and the service failed none at that time.",
    },
    {
      id: "browser-notice",
      says: "The browser itself says that a ResizeObserver was not served in one frame.",
    },
  ],
  judge,
};

/** For that long after its end an outage may still be the cause: a retry, a timer, a person who comes back. */
const AFTERMATH_MS = minutes(2);

/** A page is left at most that long after its requests are aborted, or before. */
const LEAVING_MS = 1_000;

/** What may cause errors in pages: a fault that took a request, or a change of the world. */
interface Trouble extends EventRef {
  readonly what: string;
  /** ms since the Unix epoch. */
  readonly until: number;
}

function judge(history: History): Judgement {
  const thrown = history.events.filter((event) => event.kind === "page-error");
  const ended = history.events.filter((event) => event.kind === "process-error");
  if (thrown.length + ended.length === 0 && history.header.watchesPages !== true)
    return inconclusive("No page was watched for errors.");
  const troubles = troublesIn(history);
  const [first] = troubles;
  if (first === undefined)
    return inconclusive("No fault took a request, and the world did not change.");
  const fatal = ended.find((event) => causeOf(troubles, event) !== undefined);
  if (fatal !== undefined) {
    const cause = causeOf(troubles, fatal) ?? first;
    return fails(
      `${sayEnd(fatal)} ${sinceStart(history, fatal.at)} into the run, ${cause.what}${andMore(ended)}: ${fatal.error.message}`,
      [cause, ...ended],
    );
  }
  const isUsual = createUsualErrors(history, first);
  const caused = thrown.filter(
    (error) =>
      error.index > first.index &&
      !isUsual(error) &&
      !isNoticeOfBrowser(error) &&
      causeOf(troubles, error) !== undefined &&
      !isByLeaving(history, error),
  );
  const [error] = caused;
  if (error !== undefined) {
    const cause = causeOf(troubles, error) ?? first;
    return fails(
      `A page of ${error.client} left ${error.error.name} uncaught ${sinceStart(history, error.at)} into the run, ${cause.what}${andMore(caused)}: ${error.error.message}`,
      [cause, ...caused],
    );
  }
  const pages = history.events.filter(
    (event): event is TabChanged => event.kind === "tab-changed" && event.change === "opened",
  );
  const [page] = pages;
  return page === undefined
    ? inconclusive("No page was open.")
    : passes("No page left an error of the outage uncaught.", [first, page]);
}

function troublesIn(history: History): readonly Trouble[] {
  const unmet = new Set((history.header.unmetFaults ?? []).map(({ id }) => id));
  const faults = faultSpansOf(history)
    .filter(({ window }) => !unmet.has(window.id))
    .map(({ index, window, endedAt = Infinity }): Trouble => ({
      index,
      until: endedAt + AFTERMATH_MS,
      what: `after the fault ${window.id} had begun`,
    }));
  const changes = history.events.flatMap((event): readonly Trouble[] =>
    event.kind === "world-changed"
      ? [{ index: event.index, until: event.at + AFTERMATH_MS, what: `after ${event.change}` }]
      : [],
  );
  return [...faults, ...changes].sort((one, other) => one.index - other.index);
}

function sayEnd({ client, operation, by, error }: ProcessError): string {
  const where = operation === undefined ? "" : ` in its call ${operation}`;
  return by === "exit"
    ? `${client} ended its process${where}`
    : `${client} left ${error.name} uncaught${where}, which ends its process,`;
}

/** The latest trouble that may have caused an error. */
function causeOf(
  troubles: readonly Trouble[],
  { index, at }: PageError | ProcessError,
): Trouble | undefined {
  return troubles.findLast((trouble) => trouble.index < index && at <= trouble.until);
}

function isNoticeOfBrowser({ error }: PageError): boolean {
  return error.message.startsWith("ResizeObserver loop ");
}

/** Whether an error is that of a request which the browser aborted because its page was being left. */
function isByLeaving(history: History, error: PageError): boolean {
  if (!isOfAbortedRequest(error)) return false;
  const isNear = (at: number): boolean => Math.abs(at - error.at) <= LEAVING_MS;
  const isLeft = history.events.some(
    (event) =>
      event.kind === "tab-changed" &&
      event.change !== "opened" &&
      event.client === error.client &&
      (error.tab === undefined || event.tab === error.tab) &&
      isNear(event.at),
  );
  const leavesToSignIn = operationsOf(history, error.client).some(
    (call) => call.invoked.flow === "redirect" && isNear(call.invoked.at),
  );
  const isFailed = exchangesOf(history).some(
    (exchange) =>
      exchange.ended !== undefined &&
      exchange.ended.end.kind !== "abandoned" &&
      isNear(exchange.ended.at) &&
      isFailedByService(exchange),
  );
  return (isLeft || leavesToSignIn) && !isFailed;
}

function isOfAbortedRequest({ error: { name, message } }: PageError): boolean {
  return name === "AbortError" || (name === "TypeError" && FETCH_FAILED.test(message));
}

/** What `fetch` says in Chromium, Safari and Firefox. */
const FETCH_FAILED = /^(?:Failed to fetch|Load failed|NetworkError when attempting to fetch)/;
