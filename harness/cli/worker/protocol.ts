/** What the pool and its worker processes say to each other; both ends are plain data. */
import { remedyNames, type RemedyUse } from "../../clients/remedied/remedy-names.ts";
import { schemaOf } from "../../core/validation.ts";
import type { Variation } from "../../history/header.ts";
import type { MountName } from "../../network/mount-names.ts";
import type { ValuedGuess } from "../../runner/guesses.ts";
import type { LoadedPackage } from "../../runner/loading/loaded-packages.ts";
import type { BackupEdition } from "../../runner/run.ts";

export interface RunTask {
  /** Name in the library, or the absolute path of a user's scenario file. */
  readonly scenario: string;
  /** `NAME` or `NAME@VERSION`; default: the scenario's own client. */
  readonly client?: string;
  /** A folder with the client's package in a version of its own (`ClientFolder` of `harness/clients/versions/`); default: beside Brownout. */
  readonly clientFolder?: string;
  /** The file of the user's own client, absolute; `client` is then its name. */
  readonly clientFile?: string;
  readonly mount: MountName;
  readonly seed: string;
  /** As in `RunOptions`. */
  readonly edition?: BackupEdition;
  readonly variation?: Variation;
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
      /** Real time, ms. */
      readonly tookMs: number;
      /** The sign-in packages that it used. */
      readonly packages?: readonly LoadedPackage[];
      /** As in `RunOutcome`. */
      readonly guesses?: readonly ValuedGuess[];
      /** As in `RunOutcome`. */
      readonly remedies?: readonly RemedyUse[];
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

/** What the pool sends for a task. */
export interface TaskMessage {
  /** A secret of this task: an answer repeats it. */
  readonly secret: string;
  readonly task: RunTask;
}

/** What a worker sends: that its event loop turns, every `ALIVE_EVERY_MS`, or how its task ended. */
export interface WorkerMessage {
  /** That of the task. */
  readonly secret: string;
  readonly said: Answer | { readonly kind: "alive" };
}

/** How a task ended. */
export type Answer = WithoutTask<RunReply>;

type WithoutTask<Reply> = Reply extends unknown ? Omit<Reply, "task"> : never;

/** The form of an error of the harness as data. */
export const failureSchema = schemaOf<RunFailure>()((z) =>
  z.strictObject({
    code: z.string(),
    message: z.string(),
    place: z.string().optional(),
    hint: z.string().optional(),
    stack: z.string().optional(),
  }),
);

const guessSchema = schemaOf<ValuedGuess>()((z) =>
  z.strictObject({
    at: z.string(),
    because: z.string(),
    values: z.array(z.unknown()).optional(),
    between: z.strictObject({ min: z.number(), max: z.number() }).optional(),
    value: z.unknown(),
    following: z.record(z.string(), z.number()).optional(),
  }),
);

const remedyUseSchema = schemaOf<RemedyUse>()((z) =>
  z.strictObject({ remedy: z.enum(remedyNames), calls: z.number(), acts: z.number() }),
);

/** The form of what a worker sends. */
export const workerMessageSchema = schemaOf<WorkerMessage>()((z) => {
  const leaves = z.literal(true).optional();
  return z.strictObject({
    secret: z.string(),
    said: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("alive") }),
      z.strictObject({
        kind: z.literal("done"),
        simulatedMs: z.number().nonnegative(),
        tookMs: z.number().nonnegative(),
        packages: z.array(z.strictObject({ name: z.string(), version: z.string() })).optional(),
        guesses: z.array(guessSchema()).optional(),
        remedies: z.array(remedyUseSchema()).optional(),
        relaunched: z.string().optional(),
        leaves,
      }),
      z.strictObject({ kind: z.literal("failed"), error: failureSchema(), leaves }),
    ]),
  });
});

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
