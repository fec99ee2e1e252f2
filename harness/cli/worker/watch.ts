/** Notices a worker that no longer turns its event loop: in real time, for its clock is virtual. */

export interface Watch {
  /** A sign of life, or the beginning of a run: waits anew. */
  heard(): void;
  /** Nothing is expected any more. */
  rest(): void;
}

/** Calls `onSilence` when nothing was heard for `silenceMaxMs`, real ms. */
export function createWatch(silenceMaxMs: number, onSilence: () => void): Watch {
  let timer: NodeJS.Timeout | undefined;
  const rest = (): void => clearTimeout(timer);
  return {
    heard() {
      rest();
      timer = setTimeout(onSilence, silenceMaxMs);
    },
    rest,
  };
}
