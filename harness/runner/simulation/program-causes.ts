/**
 * Whose requests those of another program are: its name is in the address of its proxy, and they
 * belong to the call into it that is under way. Where several are, it is not known to which, and
 * they are the program's alone.
 */
import type { Cause } from "../../history/ledger.ts";
import type { Recorder } from "../../history/recorder.ts";

export interface ProgramCauses {
  /** Runs a call into the program that the cause in whose context this is called names: requests of it meanwhile belong to the cause. */
  readonly during: <T>(work: () => Promise<T>) => Promise<T>;
  /** Runs work whose requests the program of that name has caused. */
  readonly causedByProgram: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** Has a program ended with the simulation, if it has not ended before. */
  readonly endLater: (end: () => Promise<void>) => void;
  /** Ends them. */
  readonly end: () => Promise<void>;
}

/** Creates it, with no call under way. */
export function createProgramCauses(recorder: Pick<Recorder, "cause" | "causedBy">): ProgramCauses {
  const calls = new Set<Cause>();
  const ends = new Set<() => Promise<void>>();
  return {
    async during(work) {
      const cause = recorder.cause();
      if (cause === undefined) return work();
      const call = { ...cause };
      calls.add(call);
      try {
        return await work();
      } finally {
        calls.delete(call);
      }
    },
    causedByProgram(name, work) {
      const [sole, another] = [...calls].filter(({ client }) => client === name);
      const cause = another === undefined && sole !== undefined ? sole : { client: name };
      return recorder.causedBy(cause, work);
    },
    endLater: (end) => void ends.add(end),
    async end() {
      await Promise.all([...ends].map((end) => end()));
    },
  };
}
