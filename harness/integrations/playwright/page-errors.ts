/**
 * What goes wrong in the pages of a test without Entra: uncaught errors, what they write to
 * `console.error`, scripts and other parts that do not load. It stands in the timeline, between
 * the requests, and in what a failed test prints.
 */
import type { BrowserContext, Page, Request } from "@playwright/test";
import { watchUncaughtErrors } from "../../browser/uncaught-errors.ts";
import type { Recorder } from "../../history/recorder.ts";

/** A request of a page that failed, to a host that is not simulated. */
export interface FailedRequest {
  /** Without the query. */
  readonly address: string;
  readonly host: string;
  /** Playwright's name for what was asked for: `script`, `stylesheet`, `fetch`, `xhr` … */
  readonly resource: string;
}

export interface PageErrors {
  /** The errors so far, each once, in their order. */
  readonly errors: () => readonly string[];
  readonly failedRequests: () => readonly FailedRequest[];
}

export interface PageErrorOptions {
  readonly context: BrowserContext;
  readonly recorder: Pick<Recorder, "emit" | "redactor">;
  readonly isServed: (url: URL) => boolean;
  /** The name of the application in the history. */
  readonly client: string;
  /** The name of a page's window in the history. */
  readonly nameOf: (page: Page) => string | undefined;
}

/** A page in a loop must not fill the report. */
const KEPT_MAX = 30;
const LENGTH_MAX = 300;

/** Watches the pages of a context, from before its first one. */
export function watchPageErrors({
  context,
  recorder,
  isServed,
  client,
  nameOf,
}: PageErrorOptions): PageErrors {
  const errors = new Set<string>();
  const failed = new Map<string, FailedRequest>();

  /** False for one that is known already, or past the limit. */
  const keep = (page: Page | null, text: string): boolean => {
    const line = text.replaceAll(/\s+/g, " ").trim().slice(0, LENGTH_MAX);
    const whole = recorder.redactor.text(`${windowOf(page) ?? "a page"}: ${line}`);
    if (errors.has(whole) || errors.size >= KEPT_MAX) return false;
    errors.add(whole);
    return true;
  };
  const windowOf = (page: Page | null): string | undefined =>
    page === null ? undefined : nameOf(page);
  const note = (page: Page | null, text: string): void => {
    if (keep(page, text)) recorder.emit({ kind: "noted", text: [...errors].at(-1) ?? "" });
  };

  watchUncaughtErrors(context, ({ page, name, message }) => {
    keep(page, `uncaught ${name}: ${message}`);
    const tab = windowOf(page);
    // Each of them: the rules count.
    recorder.emit({
      kind: "page-error",
      client,
      ...(tab === undefined ? {} : { tab }),
      error: { name, message: recorder.redactor.text(message) },
    });
  });
  context.on("console", (message) => {
    // The browser's own word about a request that failed: the requests are in the history.
    if (message.type() !== "error" || message.text().startsWith("Failed to load resource")) return;
    note(message.page(), `console.error: ${message.text()}`);
  });
  context.on("response", (response) => {
    const request = response.request();
    const type = request.resourceType();
    const url = URL.parse(request.url());
    if (url === null || isServed(url) || response.status() < 400) return;
    // Data that an API refuses is for the app to judge.
    if (type === "script" || type === "stylesheet" || type === "document")
      note(
        pageOf(request),
        `${type} ${url.origin}${url.pathname} did not load: its server answered ${response.status()}`,
      );
  });
  context.on("requestfailed", (request) => {
    const url = URL.parse(request.url());
    const reason = request.failure()?.errorText ?? "";
    // What a page gives up by itself is no failure.
    if (url === null || reason === "net::ERR_ABORTED" || !/^https?:$/.test(url.protocol)) return;
    if (isServed(url)) return;
    const address = `${url.origin}${url.pathname}`;
    if (failed.size < KEPT_MAX && !failed.has(address))
      failed.set(address, { address, host: url.host, resource: request.resourceType() });
    note(pageOf(request), `${request.resourceType()} ${address} did not load: ${reason}`);
  });

  return { errors: () => [...errors], failedRequests: () => [...failed.values()] };
}

/** A service worker has no frame, nor has a document before it is there. */
function pageOf(request: Request): Page | null {
  try {
    return request.frame().page();
  } catch {
    return null;
  }
}
