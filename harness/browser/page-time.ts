/**
 * Keeps every document of a browser context on the virtual clock: main pages, popups and
 * iframes alike. The clock asks whether they are quiescent, and moves them forward; a document
 * that begins later gets the time from a header of its own, before its scripts run.
 */
import type { BrowserContext, Page } from "@playwright/test";
import type { DeviceState } from "../core/device.ts";
import type { Participant } from "../core/time/participants.ts";
import { areQuiescent } from "./documents-look.ts";
import { leapDocuments, setDocumentsTime } from "./documents-move.ts";
import {
  askableFrames,
  askDocument,
  createDocuments,
  type Documents,
  type DocumentsOptions,
  noteActivity,
} from "./documents.ts";
import { agentScript, timingOf } from "./agent/page-agent.ts";
import type { PageScreen } from "./agent/agent-protocol.ts";

export interface PageTimeOptions extends DocumentsOptions {
  /** Where chance begins in documents. Default: the browser's own chance. */
  readonly seed?: number;
}

export interface PageTime extends Participant {
  /** A `Server-Timing` value with the time for a document; without one it asks its opener or parent. */
  timing(): string;
  /** Brings the browser into that state in all documents, and in those that begin later. */
  setDevice(device: DeviceState): Promise<void>;
  /** Runs `work`, a call into a page or about one, so that its beginning and end count as activity. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Whether the browser has reported a request to this address. */
  knows(url: string): boolean;
  /** Whether a page is about to show its next document and cannot be asked. */
  isLeaving(page: Page): boolean;
  /** The windows that the document of a page had opened at the last look: whether each was still open. */
  windowsOf(page: Page): readonly boolean[];
  /** What a person saw in a page at the last thorough look; undefined when the page could not say. */
  screenOf(page: Page): PageScreen | undefined;
  /** Requests that pages made to the simulator, by the browser's own count: one for each, however often it went over a socket. */
  requests(): number;
  /** The same for one address, without its fragment; resolves when the browser has reported everything that it has sent. */
  requestsTo(method: string, url: string): Promise<number>;
}

/** After so many polls all documents are looked at again, even when nothing but polling was reported. */
const POLLS_MAX = 100;

/** Puts a context on the clock, before it has a page. */
export async function keepTime(
  context: BrowserContext,
  options: PageTimeOptions,
): Promise<PageTime> {
  const documents = createDocuments(context, options);
  const { requests, leaving } = documents;
  await context.exposeBinding("__brownoutAt", (_source, atMs: number) =>
    documents.onReached?.(atMs),
  );
  const installAgent = createAgentInstaller(documents, options.seed);
  const followOffline = followSetOffline(documents, () => applyDevice());
  await installAgent();
  // Documents that the simulator does not serve get time and device by their script; the browser
  // does not take one while a page waits for an answer, so it is not waited for long.
  const installInTime = (): Promise<unknown> =>
    Promise.race([installAgent(), new Promise((resolve) => void setTimeout(resolve, 1_000))]);
  const applyDevice = async (): Promise<void> => {
    noteActivity(documents);
    await setDocumentsTime(documents, documents.time);
    await installInTime();
  };
  return {
    isQuiescent: (thoroughness) => areQuiescent(documents, thoroughness),
    onlyPolled: () => hasOnlyPolled(documents),
    nextDueMs: () => (documents.dues.size === 0 ? undefined : Math.min(...documents.dues.values())),
    leap: (untilMs, onReached) => leapDocuments(documents, untilMs, onReached),
    advance: (toMs) => setDocumentsTime(documents, { stillAtMs: toMs }),
    async flow(flowingByMs) {
      await setDocumentsTime(documents, { flowingByMs });
      await installInTime();
    },
    async setDevice(device) {
      followOffline(device);
      await applyDevice();
    },
    timing: () => timingOf(documents.time, documents.device),
    async during(work) {
      noteActivity(documents);
      documents.calls += 1;
      try {
        return await work();
      } finally {
        noteActivity(documents);
        documents.calls -= 1;
      }
    },
    knows: (url) => requests.knows(url),
    isLeaving: (page) => leaving.has(page.mainFrame()),
    windowsOf: (page) => documents.windows.get(page) ?? [],
    screenOf: (page) => documents.screens.get(page),
    requests: () => requests.all(),
    async requestsTo(method, url) {
      // An answer of the browser or of a document comes after what it has reported before.
      const answers = askableFrames(documents).map((frame) =>
        askDocument(documents, frame, () => frame.evaluate(() => undefined)),
      );
      await Promise.all([...answers, context.cookies(url).catch(() => [])]);
      return requests.to(method, url);
    },
  };
}

/**
 * Lets pages be offline while a test says so by Playwright's `setOffline`, or while a fault does.
 * The browser's own `navigator.onLine` would be false on a machine without a network, too.
 * Returns what takes the state that faults give the device.
 */
function followSetOffline(
  documents: Documents,
  apply: () => Promise<void>,
): (device: DeviceState) => void {
  const { context } = documents;
  let device = documents.device;
  // Playwright has no way to ask a context for the option that it was opened with.
  let isOffline =
    (context as { readonly _options?: { readonly offline?: boolean } })._options?.offline === true;
  const merge = (): void => {
    documents.device = { ...device, isOffline: device.isOffline || isOffline };
  };
  merge();
  const setOffline = context.setOffline.bind(context);
  context.setOffline = async (offline) => {
    await setOffline(offline);
    isOffline = offline;
    merge();
    await apply();
  };
  return (changed) => {
    device = changed;
    merge();
  };
}

/** Installs the agent with the present time in documents that begin from now on, in place of the one before. */
function createAgentInstaller(documents: Documents, seed: number | undefined): () => Promise<void> {
  let installed: { readonly dispose?: () => Promise<void> } | void = undefined;
  return async () => {
    const before = installed;
    installed = await documents.context.addInitScript({
      content: agentScript({
        time: documents.time,
        device: documents.device,
        ...(seed === undefined ? {} : { seed }),
      }),
    });
    // Where Playwright cannot remove one, the later script takes precedence.
    await before?.dispose?.();
  };
}

function hasOnlyPolled({ quiescent, activity, requests, options }: Documents): boolean {
  return (
    quiescent !== undefined &&
    quiescent.at === activity &&
    quiescent.polls > 0 &&
    quiescent.polls < POLLS_MAX &&
    requests.onTheirWay() <= options.underway()
  );
}
