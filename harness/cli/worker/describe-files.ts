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
  return describeFiles(files, { ...bound, what: "scenario", read: readSummary });
}

/** The client of a file; `path` is absolute. Rejects as `describeScenarios`. */
export async function describeClient(path: string, bound: Bound = {}): Promise<ClientSummary> {
  const [client] = await describeFiles([path], {
    ...bound,
    what: "client",
    read: readClientSummary,
  });
  if (client === undefined) throw new Error("a file was described by nothing");
  return client;
}

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
  const take = (said: LoaderMessage["said"]): void => {
    if (said.kind === "finished" && found.length === files.length) resolve(found);
    else if (said.kind === "loading") {
      file = said.file;
      timer?.refresh();
    } else if (said.kind === "loaded") found.push(read(said.summary, file));
    else if (said.kind === "failed") reject(errorFrom(said.error, file));
  };
  const loader = startProcess("loader", {
    onMessage(message) {
      const { data } = loaderMessageSchema().safeParse(message);
      if (data?.secret !== secret) return;
      try {
        take(data.said as LoaderMessage["said"]);
      } catch (error) {
        reject(error);
      }
    },
    onEnd: (how, wasStarted) => reject(wasStarted ? ended(file, how, what) : notStarted(file, how)),
  });
  timer = setTimeout(() => reject(tooLong(file, loadMaxMs, what)), loadMaxMs);
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
