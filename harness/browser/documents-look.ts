/** Whether all documents of a browser context are quiescent, so that time may jump. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Frame, Page } from "@playwright/test";
import type { Thoroughness } from "../core/time/participants.ts";
import { askableFrames, askDocument, type Documents, type Look } from "./documents.ts";
import { stateOf } from "./agent/agent-calls.ts";
import type { PageScreen, PageState } from "./agent/agent-protocol.ts";

/** Turns of a document's event loop before each reading of its state. */
const TURNS = 2;
/** Readings in one look that must be alike. They are taken in the page: each look is a round trip through three processes. */
const READINGS = { quick: 2, thorough: 3 } as const;
/** Looks at all documents that must be alike: a message between two of them may arrive after the one was looked at. */
const LOOKS = { one: 1, several: 2 } as const;
/** While a call is under way in a page, work may be under way that nothing shows. */
const MORE_LOOKS_IN_A_CALL = 1;
/** From the last event that the browser reported; ms, the machine's. */
const SETTLING_MS = { quick: 4, thorough: 30 } as const;
/** How long the simulator may need to hear that the browser has given a request up; ms, the machine's. */
const GIVEN_UP_MS = 2_000;
/** A second or so. */
const UNREPORTED_LOOKS_MAX = 200;

/** As `Participant.isQuiescent`, for all documents together. */
export async function areQuiescent(
  documents: Documents,
  thoroughness: Thoroughness,
): Promise<boolean> {
  const hasSettled = await settles(documents, SETTLING_MS[thoroughness]);
  documents.quiescent = undefined;
  const isThorough = thoroughness === "thorough";
  let before = isThorough ? documents.quickLook : undefined;
  documents.quickLook = undefined;
  if (!hasSettled) return false;
  if (isBetween(documents)) {
    await sleep(1);
    return false;
  }
  const wanted = looksFor(documents, thoroughness);
  // A thorough look that follows a quick one is the last.
  let looks = before === undefined ? 0 : wanted - 1;
  while (looks < wanted) {
    const at = documents.activity;
    const now = await look(documents, looks + 1 === wanted ? thoroughness : "quick");
    const isSame = documents.activity === at && (before === undefined || before.sign === now.sign);
    if (now.busy || (before !== undefined && !isSame)) return false;
    // What happens during the first look, such as the end of a call, is what it has seen.
    looks = isSame ? looks + 1 : 0;
    before = now;
  }
  if (isThorough) documents.quiescent = { at: documents.activity, polls: 0 };
  else documents.quickLook = before;
  return true;
}

/**
 * Waits until so long has passed since the last event that the browser has reported: its own
 * processes exchange messages that are not visible from outside. False when another is reported.
 */
async function settles(documents: Documents, forMs: number): Promise<boolean> {
  const { activity } = documents;
  for (;;) {
    const waitMs = documents.lastAtMs + forMs - performance.now();
    if (documents.activity !== activity) return false;
    if (waitMs <= 0) return true;
    await sleep(Math.min(waitMs, SETTLING_MS.quick));
  }
}

function looksFor(documents: Documents, thoroughness: Thoroughness): number {
  const looks = askableFrames(documents).length > 1 ? LOOKS.several : LOOKS.one;
  const isInCall = thoroughness === "thorough" && documents.calls > 0;
  return looks + (isInCall ? MORE_LOOKS_IN_A_CALL : 0);
}

/** Whether a request, or the news that the browser has given one up, is between a page and the simulator. */
function isBetween({ requests, options, lastAtMs }: Documents): boolean {
  const underway = options.underway();
  if (requests.onTheirWay() > underway) return true;
  return requests.open() < underway && performance.now() - lastAtMs < GIVEN_UP_MS;
}

async function look(documents: Documents, thoroughness: Thoroughness): Promise<Look> {
  const frames = askableFrames(documents);
  const isThorough = thoroughness === "thorough";
  const reading = { turns: TURNS, times: READINGS[thoroughness], screen: isThorough };
  const states = await Promise.all(
    frames.map((frame) => askDocument(documents, frame, () => stateOf(frame, reading))),
  );
  const dues = new Map<Frame, number>();
  const screens = new Map<Page, PageScreen>();
  states.forEach((state, index) => {
    const frame = frames[index];
    if (frame === undefined || state === "gone") return;
    if (state.nextDueMs !== undefined) dues.set(frame, state.nextDueMs);
    documents.seen.set(frame, state.activity);
    const page = frame.page();
    if (frame !== page.mainFrame()) return;
    documents.windows.set(page, state.windows);
    if (state.screen !== undefined) screens.set(page, state.screen);
  });
  documents.dues = dues;
  documents.screens = screens;
  const isLost = states.includes("gone");
  const isBusy = states.some(
    (state) =>
      state !== "gone" &&
      (state.busy > 0 || state.unsteady === true || waitsForReport(documents, state)),
  );
  const counts = states.map((state) => (state === "gone" ? "gone" : state.activity));
  return {
    sign: `${documents.activity} ${counts.join(" ")}`,
    busy: isBusy || isLost || isBetween(documents),
  };
}

/** Whether the document asks for an address that the browser has not reported yet; some it never reports. */
function waitsForReport({ requests, unreported }: Documents, { going }: PageState): boolean {
  return going.some((address) => {
    if (requests.knows(address)) return false;
    const looks = (unreported.get(address) ?? 0) + 1;
    unreported.set(address, looks);
    return looks < UNREPORTED_LOOKS_MAX;
  });
}
