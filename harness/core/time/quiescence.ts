/**
 * Whether time may go on: nothing is in flight, the event loop owes no answer, all
 * participants are quiescent, and nothing has begun while they were asked.
 */
import type { Gate } from "./gate.ts";
import type { Participants, Thoroughness } from "./participants.ts";

export interface QuiescenceOptions {
  readonly gate: Gate;
  readonly participants: Participants;
  /** Turns of the event loop without any activity that count as quiet. */
  readonly quietTurns: number;
  /** Waits between looks are round trips to another process, and give it the processor. */
  readonly shared: boolean;
}

export interface Quiescence {
  /** Resolves true when time may go on. */
  check(): Promise<boolean>;
  /** Something has happened that the gate does not count: the next check asks every participant. */
  forget(): void;
  /** Time also stands still while `isBusy` says so: work that the event loop does not show. */
  waitWhile(isBusy: () => boolean): void;
  /** Called once all is quiet, first quickly and then thoroughly; false keeps time where it is. The last function given counts. */
  beforeTimeGoesOn(settle: (thoroughness: Thoroughness) => Promise<boolean>): void;
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
  let settle: ((thoroughness: Thoroughness) => Promise<boolean>) | undefined;
  /** The gate's activity when all was last thoroughly quiescent; undefined since something else has happened. */
  let quiescentAt: number | undefined;

  const askParticipants = async (): Promise<boolean> => {
    // Old sign-in libraries look every few milliseconds whether a window has come back, for a minute.
    if (quiescentAt === gate.activity() && participants.onlyPolled()) return true;
    quiescentAt = undefined;
    // They take their time to answer; meanwhile something may have begun here.
    const before = gate.activity();
    const isIdle = (): boolean => gate.activity() === before && gate.awake() === 0;
    for (const thoroughness of ["quick", "thorough"] as const) {
      if (!(await participants.isQuiescent(thoroughness)) || !isIdle()) return false;
      if (settle !== undefined && !(await settle(thoroughness))) return false;
    }
    if (isIdle()) quiescentAt = before;
    return isIdle();
  };

  return {
    async check() {
      if (!(await waitForQuiet(gate, quietTurns, isBusy))) {
        if (options.shared) await new Promise((resolve) => void realSetTimeout(resolve, 1));
        return false;
      }
      return participants.any() ? askParticipants() : true;
    },
    forget() {
      quiescentAt = undefined;
    },
    waitWhile(busy) {
      isBusy = busy;
    },
    beforeTimeGoesOn(whatToDo) {
      settle = whatToDo;
    },
    reset(turns) {
      quietTurns = turns ?? quietTurns;
      isBusy = () => false;
    },
  };
}

/** Resolves true when nothing happened for so many turns, false when something is at work. */
async function waitForQuiet(
  gate: Gate,
  quietTurns: number,
  isBusy: () => boolean,
): Promise<boolean> {
  for (let turn = 0; turn < quietTurns; turn += 1) {
    const before = gate.activity();
    await new Promise<void>((resolve) => void realSetImmediate(resolve));
    if (gate.awake() > 0 || gate.activity() !== before) return false;
  }
  return !isBusy() && !hasPendingIo();
}

/** Requests that the event loop still owes an answer to: files, look-ups, connects, writes. */
const IO_REQUEST = /Req(Callback|Promise|Wrap)?$|ConnectWrap$|WriteWrap$|ShutdownWrap$/;

function hasPendingIo(): boolean {
  return process.getActiveResourcesInfo().some((resource) => IO_REQUEST.test(resource));
}
