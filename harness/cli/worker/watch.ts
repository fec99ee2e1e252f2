/** Notices a worker that no longer turns its event loop, or a run without an end: in real time, for its clock is virtual. */

export interface Watch {
  /** A sign of life, or the beginning of a run: waits anew. */
  heard(): void;
  /** Nothing is expected any more. */
  rest(): void;
}

/** So many looks make up the silence: while all of us are stopped (Ctrl-Z), no look is due but one. */
const LOOKS = 24;

/** Calls `onSilence` when nothing was heard for `silenceMaxMs`, real ms, in which this process was running. */
export function createWatch(silenceMaxMs: number, onSilence: () => void): Watch {
  let timer: NodeJS.Timeout | undefined;
  let looks = 0;
  const rest = (): void => clearInterval(timer);
  return {
    heard() {
      rest();
      looks = 0;
      timer = setInterval(() => {
        looks += 1;
        if (looks < LOOKS) return;
        rest();
        onSilence();
      }, silenceMaxMs / LOOKS);
    },
    rest,
  };
}
