/**
 * Whether time may go on: nothing is in flight, the event loop owes no answer, the machine owes
 * this process nothing, all participants are quiescent, and nothing has begun while they were asked.
 */
import type { Gate } from "./gate.ts";
import type { Participants, Thoroughness } from "./participants.ts";
import type { PendingWork } from "./waits/pending-work.ts";

export interface QuiescenceOptions {
  readonly gate: Gate;
  readonly participants: Participants;
  /** Turns of the event loop without any activity that count as quiet. */
  readonly quietTurns: number;
  /** Waits between looks are round trips to another process, and give it the processor. */
  readonly shared: boolean;
}

/** What is done once all is quiet; false keeps time where it is. */
export type Settle = (thoroughness: Thoroughness) => Promise<boolean>;

export interface Quiescence {
  /** Resolves true when time may go on. */
  check(): Promise<boolean>;
  /** Whether nothing but `setImmediate` kept the last check from being true. */
  onlyTurns(): boolean;
  /** Time also stands still while this process waits for the machine. Until the returned function is called. */
  waitFor(work: Pick<PendingWork, "any">): () => void;
  /** Something has happened that the gate does not count: the next check asks every participant. */
  forget(): void;
  /** Time also stands still while `isBusy` says so: work that the event loop does not show. */
  waitWhile(isBusy: () => boolean): void;
  /** See `VirtualClock.beforeTimeGoesOn`. */
  beforeTimeGoesOn(settle: Settle, isWaiting?: () => boolean): void;
  /** For a new run: nothing is busy; `quietTurns` is kept where it is not given. */
  reset(quietTurns?: number): void;
}

const realSetImmediate = setImmediate;
const realSetTimeout = setTimeout;

/** Judges quiescence for one clock. */
export function createQuiescence(options: QuiescenceOptions): Quiescence {
  const { gate, participants } = options;
  let { quietTurns } = options;
  let isBusy = (): boolean => false;
  let work: Pick<PendingWork, "any"> = { any: () => false };
  let onlyTurns = false;
  let settle: Settle | undefined;
  let isWaiting = (): boolean => false;
  /** The gate's activity when all was last thoroughly quiescent; undefined since something else has happened. */
  let quiescentAt: number | undefined;

  const askParticipants = async (): Promise<boolean> => {
    // Old sign-in libraries look every few milliseconds whether a window has come back, for a minute.
    if (quiescentAt === gate.activity() && participants.onlyPolled()) return true;
    quiescentAt = undefined;
    // They take their time to answer; meanwhile something may have begun here.
    const before = gate.activity();
    const isIdle = (): boolean => gate.activity() === before && gate.awake() === 0;
    for (const thoroughness of isWaiting()
      ? (["quick", "thorough"] as const)
      : (["thorough"] as const)) {
      if (!(await participants.isQuiescent(thoroughness)) || !isIdle()) return false;
      if (settle !== undefined && !(await settle(thoroughness))) return false;
    }
    if (isIdle()) quiescentAt = before;
    return isIdle();
  };

  const look = async (): Promise<boolean> => {
    const state = await waitForQuiet(gate, quietTurns, isBusy);
    const isOwed = work.any();
    onlyTurns = state === "turns" && !isOwed;
    if (state === "quiet" && !isOwed) return participants.any() ? askParticipants() : true;
    // Who waits for the machine gives it the processor instead of asking again and again.
    if (options.shared || (isOwed && state !== "busy"))
      await new Promise((resolve) => void realSetTimeout(resolve, 1));
    return false;
  };
  let looking: Promise<boolean> | undefined;

  return {
    // One look for all that ask at once: the turns of another would count as the program's.
    check: () =>
      (looking ??= look().finally(() => {
        looking = undefined;
      })),
    onlyTurns: () => onlyTurns,
    waitFor(more) {
      const before = work;
      work = more;
      return () => {
        work = before;
      };
    },
    forget() {
      quiescentAt = undefined;
    },
    waitWhile(busy) {
      isBusy = busy;
    },
    beforeTimeGoesOn(whatToDo, waits = () => false) {
      settle = whatToDo;
      isWaiting = waits;
    },
    reset(turns) {
      quietTurns = turns ?? quietTurns;
      isBusy = () => false;
    },
  };
}
/** `turns`: it is the program's own turns of the event loop that nothing else explains. */
type Quiet = "quiet" | "turns" | "busy";

/** Resolves to `quiet` when nothing happened for so many turns. */
async function waitForQuiet(gate: Gate, quietTurns: number, isBusy: () => boolean): Promise<Quiet> {
  for (let turn = 0; turn < quietTurns; turn += 1) {
    const before = gate.activity();
    await new Promise<void>((resolve) => void realSetImmediate(resolve));
    if (gate.awake() > 0 || gate.activity() !== before) return "busy";
  }
  return isBusy() ? "busy" : pendingInLoop();
}

/** Requests that the event loop still owes an answer to: files, look-ups, connects, writes. */
const IO_REQUEST = /Req(Callback|Promise|Wrap)?$|ConnectWrap$|WriteWrap$|ShutdownWrap$|QueryWrap$/;

function pendingInLoop(): Quiet {
  let state: Quiet = "quiet";
  for (const resource of process.getActiveResourcesInfo()) {
    if (resource === "Immediate") state = "turns";
    else if (IO_REQUEST.test(resource)) return "busy";
  }
  return state;
}
