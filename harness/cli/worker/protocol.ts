/** What the pool and its worker processes say to each other; both ends are plain data. */
import type { MountName } from "../../network/mount-names.ts";
import type { BackupEdition } from "../../runner/run.ts";

export interface RunTask {
  /** Name in the library, or the absolute path of a user's scenario file. */
  readonly scenario: string;
  /** `NAME` or `NAME@VERSION`; default: the scenario's own client. */
  readonly client?: string;
  /** A folder with the client's package in a version of its own (`ClientFolder` of `harness/clients/versions/`); default: beside Brownout. */
  readonly clientFolder?: string;
  readonly mount: MountName;
  readonly seed: string;
  /** As in `RunOptions`. */
  readonly edition?: BackupEdition;
  /** The worker writes the journal here, whole or not at all. Absolute path. */
  readonly journalFile: string;
}

/** Tasks of one kind may share a process: one mount, one version of a client. */
export function kindOf({ mount, clientFolder = "" }: RunTask): string {
  return `${mount} ${clientFolder}`;
}

export type RunReply =
  | {
      readonly kind: "done";
      readonly task: RunTask;
      readonly simulatedMs: number;
      /** Its browser died, and this is the run that began anew in another: how it ended the first time. */
      readonly relaunched?: string;
      /** Code of the user's own has kept something in the process that another run would meet. */
      readonly leaves?: true;
    }
  | {
      readonly kind: "failed";
      readonly task: RunTask;
      readonly error: RunFailure;
      /** Something of the run is still loose in the process: it must not run another. */
      readonly leaves?: true;
    };

/** Said every `ALIVE_EVERY_MS` by a worker whose event loop turns. */
export interface Alive {
  readonly kind: "alive";
}

/** Real time, ms. */
export const ALIVE_EVERY_MS = 5_000;

/** An error of the harness in a worker, as data. */
export interface RunFailure {
  readonly code: string;
  readonly message: string;
  readonly place?: string;
  readonly hint?: string;
  readonly stack?: string;
}
