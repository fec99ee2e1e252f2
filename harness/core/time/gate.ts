/**
 * The in-flight gate: which requests are being worked on, so that virtual time stands still meanwhile.
 *
 * A mount takes a `Hold` when the client begins a request and releases it when the client
 * has finished with it. While simulator code under the hold waits in `Clock.sleep`, the
 * hold is asleep: time may pass for it. The clock jumps only when every hold is asleep.
 */
import { AsyncLocalStorage } from "node:async_hooks";

export interface Hold {
  /** Runs simulator code under this hold, so that its sleeps are known to be this request's. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** The client has finished with the request, one way or another. Idempotent. */
  release(): void;
}

export interface Gate {
  hold(): Hold;
  /** Holds neither released nor asleep. */
  awake(): number;
  /** Requests that begin from now on wait for the returned function: it is not known yet what time it is for them. */
  close(): () => void;
  /** Grows with every change; equal readings mean that nothing happened in between. */
  activity(): number;
  /** Marks the current hold, if there is one, asleep while `wait` is pending. */
  asleep<T>(wait: Promise<T>): Promise<T>;
}

interface HoldState {
  sleepers: number;
  released: boolean;
}

/** A gate without holds. */
export function createGate(): Gate {
  const current = new AsyncLocalStorage<HoldState>();
  let awake = 0;
  let activity = 0;
  let opened: Promise<void> | undefined;

  return {
    hold() {
      const state: HoldState = { sleepers: 0, released: false };
      awake += 1;
      activity += 1;
      return {
        run: (work) =>
          current.run(state, () => (opened === undefined ? work() : opened.then(work))),
        release() {
          if (state.released) return;
          state.released = true;
          activity += 1;
          if (state.sleepers === 0) awake -= 1;
        },
      };
    },
    close() {
      const { promise, resolve } = Promise.withResolvers<void>();
      opened = promise;
      return () => {
        opened = undefined;
        resolve();
      };
    },
    awake: () => awake,
    activity: () => activity,
    async asleep(wait) {
      const state = current.getStore();
      if (state === undefined) return wait;
      activity += 1;
      state.sleepers += 1;
      if (state.sleepers === 1 && !state.released) awake -= 1;
      try {
        return await wait;
      } finally {
        activity += 1;
        state.sleepers -= 1;
        if (state.sleepers === 0 && !state.released) awake += 1;
      }
    },
  };
}
