/** What users' files of scenarios and clients describe, found out in a process of its own, so that nothing they do can end or hold up the session. */
import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import { type ClientSummary, readClientSummary } from "../../clients/client-definition.ts";
import { HarnessError, type HarnessErrorCode } from "../../core/errors.ts";
import { readSummary, type ScenarioSummary } from "../../runner/scenario-summary.ts";
import {
  type Described,
  errorCodeFor,
  type FilesMessage,
  type LoaderMessage,
  loaderMessageSchema,
} from "./loader-protocol.ts";
import type { RunFailure } from "./protocol.ts";
import { startProcess } from "./start-process.ts";

/** How long one file may take, with all that it imports, real ms. */
const LOAD_MAX_MS = 60_000;

/** Only tests set a bound of their own. */
interface Bound {
  readonly loadMaxMs?: number;
}

/**
 * The scenarios of the files, in their order; paths are absolute. Rejects with the `HarnessError` of
 * the first that cannot be loaded: also one that ends its process, never settles, or throws a moment later.
 */
export function describeScenarios(
  files: readonly string[],
  bound: Bound = {},
): Promise<readonly ScenarioSummary[]> {
  return describeFiles(files, { ...bound, ...scenarios }).catch(throwError);
}

/**
 * The same, where a file that cannot be loaded stops no other: its error stands in its place. Rejects
 * only when the machine can start no process.
 */
export async function describeEachScenario(
  files: readonly string[],
  bound: Bound = {},
): Promise<readonly (ScenarioSummary | HarnessError)[]> {
  const found = new Map<string, ScenarioSummary | HarnessError>();
  let waiting = [...new Set(files)];
  // After the first error that may be another file's, which was loaded before and threw late.
  let isOneByOne = false;
  while (waiting.length > 0) {
    const batch = isOneByOne ? waiting.slice(0, 1) : waiting;
    try {
      const described = await describeFiles(batch, { ...bound, ...scenarios });
      batch.forEach((file, index) => {
        const summary = described[index];
        if (summary !== undefined) found.set(file, summary);
      });
    } catch (thrown) {
      if (!(thrown instanceof LoadFailure) || thrown.error.code === "worker-died")
        return throwError(thrown);
      const isSure = thrown.isSure || batch.length === 1;
      if (isSure) found.set(thrown.file, thrown.error);
      else isOneByOne = true;
    }
    waiting = waiting.filter((file) => !found.has(file));
  }
  return files.flatMap((file) => found.get(file) ?? []);
}

/** The client of a file; `path` is absolute. Rejects as `describeScenarios`. */
export async function describeClient(path: string, bound: Bound = {}): Promise<ClientSummary> {
  const [client] = await describeFiles([path], {
    ...bound,
    what: "client",
    read: readClientSummary,
  }).catch(throwError);
  if (client === undefined) throw new Error("a file was described by nothing");
  return client;
}

const scenarios = { what: "scenario", read: readSummary } as const;

/** A file that cannot be loaded, with its `HarnessError`. */
class LoadFailure extends Error {
  readonly file: string;
  readonly error: HarnessError;
  /** Whether it is the fault of this file, and not of one that was loaded before it. */
  readonly isSure: boolean;

  constructor(file: string, error: HarnessError, isSure: boolean) {
    super(error.message);
    this.file = file;
    this.error = error;
    this.isSure = isSure;
  }
}

function throwError(thrown: unknown): never {
  throw thrown instanceof LoadFailure ? thrown.error : thrown;
}

/** Rejects with the `LoadFailure` of the first file that cannot be loaded. */
function describeFiles<Summary>(
  files: readonly string[],
  {
    what,
    read,
    loadMaxMs = LOAD_MAX_MS,
  }: Bound & {
    readonly what: Described;
    readonly read: (summary: unknown, file: string) => Summary;
  },
): Promise<readonly Summary[]> {
  if (files.length === 0) return Promise.resolve([]);
  const secret = randomUUID();
  const { promise, resolve, reject } = Promise.withResolvers<readonly Summary[]>();
  const found: Summary[] = [];
  let file = files[0] ?? "";
  let timer: NodeJS.Timeout | undefined;
  const fail = (error: HarnessError, isSure: boolean): void =>
    reject(new LoadFailure(file, error, isSure));
  const take = (said: LoaderMessage["said"]): void => {
    if (said.kind === "finished" && found.length === files.length) resolve(found);
    else if (said.kind === "loading") {
      file = said.file;
      timer?.refresh();
    } else if (said.kind === "loaded") found.push(read(said.summary, file));
    else if (said.kind === "failed") fail(errorFrom(said.error, file), said.late === undefined);
  };
  const loader = startProcess("loader", {
    onMessage(message) {
      const { data } = loaderMessageSchema().safeParse(message);
      if (data?.secret !== secret) return;
      try {
        take(data.said as LoaderMessage["said"]);
      } catch (error) {
        if (error instanceof HarnessError) fail(error, true);
        else reject(error);
      }
    },
    // A timer of an earlier file may have ended it.
    onEnd: (how, wasStarted) =>
      fail(wasStarted ? ended(file, how, what) : notStarted(file, how), false),
  });
  timer = setTimeout(() => fail(tooLong(file, loadMaxMs, what), true), loadMaxMs);
  loader.send({ secret, what, files } satisfies FilesMessage);
  return promise.finally(() => {
    clearTimeout(timer);
    loader.child.kill("SIGKILL");
  });
}

/** The file's own code may have thrown an error of ours that does not name it, as `createWorld` does. */
function errorFrom(
  { code, message, place: found, hint, stack }: RunFailure,
  file: string,
): HarnessError {
  const place = found ?? file;
  const error = new HarnessError(code as HarnessErrorCode, message, {
    place: place.includes(file) ? place : `${file}, ${place}`,
    ...(hint === undefined ? {} : { hint }),
  });
  if (stack !== undefined) error.stack = stack;
  return error;
}

function ended(file: string, how: string, what: Described): HarnessError {
  return new HarnessError(
    errorCodeFor[what],
    `${basename(file)} cannot be loaded: it ends its process (${how})`,
    {
      place: file,
      hint: "Look for process.exit in it and in what it imports: that belongs behind a check of how it was started.",
    },
  );
}

function notStarted(file: string, reason: string): HarnessError {
  return new HarnessError(
    "worker-died",
    `no process can be started to load ${basename(file)}: ${reason}`,
    {
      place: file,
      hint: "The machine is out of processes, files or memory: look at ulimit -u and -n.",
    },
  );
}

function tooLong(file: string, loadMaxMs: number, what: Described): HarnessError {
  return new HarnessError(
    errorCodeFor[what],
    `${basename(file)} cannot be loaded: it took longer than ${loadMaxMs / 1_000} s`,
    {
      place: file,
      hint: `What takes long belongs into its ${what === "client" ? "open()" : "script"}, and so does what waits for something.`,
    },
  );
}
