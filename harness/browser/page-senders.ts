/**
 * From which page a request came that has arrived at the simulator: there is nothing on the
 * wire that says so. The browser reports every request of its pages; what arrives is one of
 * them, by method, address and body.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { BrowserContext, Page, Request as PageRequest } from "@playwright/test";

/** The document that sent a request. */
export interface Sender {
  readonly page: Page;
  /** From a frame inside the page's own document. */
  readonly isChild: boolean;
}

/** A request as it arrived. */
export interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  /** The browser has sent it again by itself, and reports it only once. */
  readonly isAgain: boolean;
}

export interface Senders {
  /** Who sent it; nothing for a request of a worker, or of no page. */
  readonly of: (arrived: Arrived) => Promise<Sender | undefined>;
}

interface Report {
  readonly request: PageRequest;
  isClaimed: boolean;
}

/** The report comes over another way than the request, and may be the later one of the two; ms of the machine. */
const REPORT_MAX_MS = 500;
const LOOK_EVERY_MS = 5;
/** More than can be underway. */
const KEPT_MAX = 500;

/** Listens to a context from now on. */
export function watchSenders(context: BrowserContext): Senders {
  const reports: Report[] = [];
  context.on("request", (request) => {
    if (request.serviceWorker() !== null) return;
    reports.push({ request, isClaimed: false });
    if (reports.length > KEPT_MAX) reports.shift();
  });
  return {
    async of(arrived) {
      for (let waitedMs = 0; waitedMs <= REPORT_MAX_MS; waitedMs += LOOK_EVERY_MS) {
        const alike = reports.filter(({ request }) => isIt(request, arrived));
        const found = arrived.isAgain ? alike.at(-1) : alike.find(({ isClaimed }) => !isClaimed);
        const sender = found === undefined ? undefined : senderOf(found.request);
        if (found !== undefined && sender !== undefined) {
          found.isClaimed = true;
          return sender;
        }
        await sleep(LOOK_EVERY_MS);
      }
      return undefined;
    },
  };
}

function isIt(request: PageRequest, { method, url, body }: Arrived): boolean {
  if (request.method() !== method || withoutFragment(request.url()) !== withoutFragment(url))
    return false;
  // The browser does not report every body.
  const sent = request.postData();
  return sent === null || sent === body;
}

/** Nothing as long as a popup has no page yet. */
function senderOf(request: PageRequest): Sender | undefined {
  try {
    const frame = request.frame();
    return { page: frame.page(), isChild: frame.parentFrame() !== null };
  } catch {
    return undefined;
  }
}

function withoutFragment(url: string): string {
  return url.split("#", 1)[0] ?? url;
}
