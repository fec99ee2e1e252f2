/**
 * All documents of a browser context: which there are, how to ask one, and what was seen of
 * them last. What the look at them and their moves through time share.
 */
import type { BrowserContext, Frame, Page } from "@playwright/test";
import { type DeviceState, healthyDevice } from "../core/device.ts";
import { frameOf, watchLeaving } from "./navigating-frames.ts";
import type { DocumentTime, PageScreen, PageState } from "./agent/agent-protocol.ts";
import { type PageRequests, watchRequests } from "./page-requests.ts";

export interface DocumentsOptions {
  /** The time at which the documents begin; ms since the Unix epoch, virtual. */
  readonly nowMs: number;
  /** The browser as faults have it; default: nothing is wrong. */
  readonly device?: DeviceState;
  /** Requests and connections of this context that the simulator has and has not answered. */
  readonly underway: () => number;
  /** Whether the simulator answers at an address: only such requests are counted. */
  readonly isServed: (url: URL) => boolean;
  /** Until when the browser may keep what it was last served, by its headers and the virtual clock; it keeps the machine's time. */
  readonly keptUntilMs?: () => number | undefined;
}

/** What all documents showed at once. */
export interface Look {
  /** Equal when nothing has happened in between. */
  readonly sign: string;
  /** Something is at work. */
  readonly busy: boolean;
}

/** The state of a document; `"gone"` when it went away before it could answer. */
export type SeenDocument = PageState | "gone";

/** What is known of the documents of one context. */
export interface Documents {
  readonly context: BrowserContext;
  readonly options: DocumentsOptions;
  readonly leaving: ReturnType<typeof watchLeaving>;
  readonly requests: PageRequests;
  time: DocumentTime;
  device: DeviceState;
  /** Grows with everything that the browser reports. */
  activity: number;
  /** When it last grew, by the machine's time. */
  lastAtMs: number;
  /** What `activity` was when a thorough look found all quiescent, and how often nothing but polling has followed. */
  quiescent: { readonly at: number; polls: number } | undefined;
  /** When the next timer of each document is due, as of the last look. */
  dues: ReadonlyMap<Frame, number>;
  /** The activity of each document, as of the last look. */
  readonly seen: WeakMap<Frame, number>;
  readonly windows: WeakMap<Page, readonly boolean[]>;
  screens: ReadonlyMap<Page, PageScreen>;
  /** What the last quick look showed, when all was quiescent. */
  quickLook: Look | undefined;
  /** Calls into pages that are under way. */
  calls: number;
  /** Leaps so far; each has its number for a name. */
  leaps: number;
  /** How often a look has found an address that a document asks for and that the browser has not reported. */
  readonly unreported: Map<string, number>;
  /** Called with the instant at which a leap stops, while one is under way. */
  onReached: ((atMs: number) => void) | undefined;
}

/** Watches a context before it has a page. */
export function createDocuments(context: BrowserContext, options: DocumentsOptions): Documents {
  const documents: Documents = {
    context,
    options,
    leaving: watchLeaving(context),
    requests: watchRequests(context, options.isServed, () => noteActivity(documents)),
    time: { stillAtMs: options.nowMs },
    device: options.device ?? healthyDevice,
    activity: 0,
    lastAtMs: 0,
    quiescent: undefined,
    dues: new Map(),
    seen: new WeakMap(),
    windows: new WeakMap(),
    screens: new Map(),
    quickLook: undefined,
    calls: 0,
    leaps: 0,
    unreported: new Map(),
    onReached: undefined,
  };
  context.on("page", (page) => watchPage(documents, page));
  return documents;
}

/** Something has happened in the browser. */
export function noteActivity(documents: Documents): void {
  documents.activity += 1;
  documents.lastAtMs = performance.now();
}

function watchPage(documents: Documents, page: Page): void {
  const { requests } = documents;
  noteActivity(documents);
  page.on("framenavigated", () => noteActivity(documents));
  page.on("framedetached", (frame) => {
    noteActivity(documents);
    requests.forget((request) => frameOf(request) === frame);
  });
  page.on("close", () => {
    noteActivity(documents);
    requests.forget((request) => frameOf(request)?.page() === page);
  });
}

/** The frames whose documents can be asked. */
export function askableFrames({ context, leaving }: Documents): readonly Frame[] {
  return context.pages().flatMap((page) => page.frames().filter((frame) => !leaving.has(frame)));
}

const NOTHING: PageState = { activity: 0, busy: 0, going: [], windows: [], onlyPolled: true };

/** Asks the agent of a frame's document by `work`. */
export async function askDocument(
  { leaving }: Documents,
  frame: Frame,
  work: () => Promise<PageState | undefined>,
): Promise<SeenDocument> {
  const state = await leaving.unlessLeaving(frame, async () => ({ is: await work() }));
  // A document without an agent, such as the browser's own error page, has no timers.
  return state === undefined ? "gone" : (state.is ?? NOTHING);
}

/** Empties the browser's cache if something in it expires by `byMs`: the browser, by the machine's time, would still use it. */
export async function emptyExpiredCache(
  { context, options }: Documents,
  byMs: number,
): Promise<void> {
  if ((options.keptUntilMs?.() ?? Infinity) > byMs) return;
  const [page] = context.pages();
  if (page === undefined) return;
  try {
    const session = await context.newCDPSession(page);
    await session.send("Network.clearBrowserCache");
    await session.detach();
  } catch {
    // The page was closed meanwhile.
  }
}
