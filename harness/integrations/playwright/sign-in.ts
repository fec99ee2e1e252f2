/** Waits for a sign-in in a test: it succeeds, the service refuses it, or it never begins. */
import { setTimeout as sleep } from "node:timers/promises";
import type { World } from "../../entra/directory/world.ts";
import { HarnessError } from "../../core/errors.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { LiveSimulation } from "../../runner/live/live-simulation.ts";
import { refusedBy } from "../../runner/live/sign-in/not-signed-in.ts";
import { allIssuedTo } from "../../runner/live/sign-in/sign-in-outcome.ts";
import { checkPlayed } from "../../runner/live/sign-in/sign-in-options.ts";
import type { SignInOptions } from "../../runner/live/sign-in/sign-in.ts";
import { ownWorldLine } from "./missing-parts.ts";

export interface SignInParts {
  readonly session: Pick<LiveSimulation, "recorder" | "refusals">;
  readonly world: World;
  /** The name that the test uses. */
  readonly person: string;
  /** Home account id. */
  readonly account: string;
  /** What makes the application ask for the sign-in. */
  readonly action: () => Promise<unknown>;
  /** What the person does on the pages of the service, where it is not the usual. */
  readonly options?: SignInOptions;
  /** What the pages do meanwhile. */
  readonly page: {
    /** How often they were all looked at: every 200 ms, and later by as much as the machine is busy. */
    readonly looks: () => number;
    /** Whether one of them loads a document or a script of the app. */
    readonly isLoading: () => boolean;
  };
  /** Waits a moment. */
  readonly pause?: () => Promise<unknown>;
}

/** Ten seconds of pages that are not loading, on a machine that is not busy. */
const LOOKS_MAX = 50;
const PAUSE_MS = 20;
/** A minute, however busy the machine or the page is. */
const PAUSES_MAX = 3_000;

/** Resolves when the person has a token, or has cancelled as they were to; rejects at once when the service refuses, and ten seconds after the action, or as much as the machine needs for that, when nothing comes of it. */
export async function signIn(parts: SignInParts): Promise<void> {
  const { session, world, person, account, options = {}, page } = parts;
  const pause = parts.pause ?? (() => sleep(PAUSE_MS));
  const { recorder, refusals } = session;
  const from = { event: recorder.events.length, refusal: refusals().length };
  const acting = act(parts.action);
  const refused = (cause?: unknown): HarnessError | undefined => {
    const refusal = refusals()[from.refusal];
    if (refusal === undefined) return undefined;
    return refusedBy(refusal, { world, person, cause, ownWorld: ownWorldLine(world, refusal) });
  };
  let looks = page.looks();
  for (let [idle, pauses] = [0, 0]; idle <= LOOKS_MAX && pauses <= PAUSES_MAX;) {
    const since = recorder.events.slice(from.event);
    const error = refused(acting.error);
    if (error !== undefined) throw error;
    if (acting.isOver && "error" in acting) throw acting.error;
    if (acting.isOver && options.cancel === true && wasCancelled(since)) return;
    if (acting.isOver && allIssuedTo(account, since).length > 0) {
      checkPlayed(options, { person, ...actsIn(since) });
      return;
    }
    await pause();
    const before = looks;
    looks = page.looks();
    // The action has a time-out of its own.
    if (!acting.isOver) continue;
    pauses += 1;
    if (!page.isLoading()) idle += looks - before;
  }
  throw notSignedIn(person, recorder.events.slice(from.event));
}

/** Whether the service has sent the app word that the person cancelled. */
function wasCancelled(events: readonly HistoryEvent[]): boolean {
  return events.some(
    (event) => event.kind === "exchange-ended" && event.error?.error === "access_denied",
  );
}

/** What the person was asked; the answers to "Stay signed in?" have an address of their own. */
function actsIn(
  events: readonly HistoryEvent[],
): Omit<Parameters<typeof checkPlayed>[1], "person"> {
  const hasAnswered = events.some(
    (event) => event.kind === "exchange-began" && event.url.endsWith("/kmsi"),
  );
  return {
    wasAsked: events.some(({ kind }) => kind === "prompt-shown"),
    pressed: hasAnswered ? ["Yes", "No"] : [],
  };
}

interface Acting {
  isOver: boolean;
  error?: unknown;
}

function act(action: () => Promise<unknown>): Acting {
  const acting: Acting = { isOver: false };
  const run = async (): Promise<unknown> => action();
  void run()
    .catch((error: unknown) => {
      acting.error = error;
    })
    .finally(() => {
      acting.isOver = true;
    });
  return acting;
}

/** Nothing was refused, and no token was issued to the person. */
function notSignedIn(person: string, events: readonly HistoryEvent[]): HarnessError {
  const asked = events.some(
    (event) =>
      event.kind === "exchange-began" &&
      (event.endpoint === "authorize" || event.endpoint === "token"),
  );
  const place = "entra.signIn";
  return asked
    ? new HarnessError(
        "not-signed-in",
        `${person} was not signed in within 10 s, although the app asked for a sign-in`,
        { place, hint: "The timeline shows how far it came." },
      )
    : new HarnessError(
        "not-signed-in",
        `${person} was not signed in within 10 s: the app sent no request to the service`,
        {
          place,
          hint: "The action must make the app go to the sign-in page, such as a click on its button.",
        },
      );
}
