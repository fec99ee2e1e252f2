/**
 * The process in which users' files of scenarios and clients are loaded to see what they are: what a file does
 * when it is loaded (ends the process, never settles, throws a moment later) happens here, and the
 * session reports it under the file's name. It ends with its work.
 */
import { Socket } from "node:net";
import { loadScenario } from "../../../scenarios/find-scenario.ts";
import { HarnessError, type HarnessErrorCode } from "../../core/errors.ts";
import { plainMessageOf } from "../../core/explain.ts";
import { loadClientFile } from "../../runner/loading/load-client.ts";
import { explainLoadError } from "../../runner/loading/load-error.ts";
import { writeSummary } from "../../runner/scenario-summary.ts";
import { CHANNEL_FD, openChannel } from "./channel.ts";
import {
  type Described,
  errorCodeFor,
  type FilesMessage,
  type LoaderMessage,
} from "./loader-protocol.ts";
import type { RunFailure } from "./protocol.ts";

/** How long a file whose timers or servers stay may throw before it counts as loaded, real ms. */
const AFTERMATH_MS = 300;

const socket = new Socket({ fd: CHANNEL_FD });
const channel = openChannel(socket, {
  onMessage: (message) => void take(message as FilesMessage),
  onEnd: () => process.exit(0),
});

let file = "";

async function take({ secret, what, files }: FilesMessage): Promise<void> {
  const say = (said: LoaderMessage["said"]): void => channel.send({ secret, said });
  const failureAt = (thrown: unknown) => failureOf(thrown, file, errorCodeFor[what]);
  const fail = (thrown: unknown): void => say({ kind: "failed", error: failureAt(thrown) });
  const stray = (thrown: unknown): void =>
    say({ kind: "failed", error: failureAt(thrown), late: true });
  process.on("uncaughtException", stray).on("unhandledRejection", stray);
  // From here on only the files keep this process: when nothing is left to happen, it says so.
  socket.unref();
  const onIdle = (): void => fail(neverSettles(file, errorCodeFor[what]));
  process.once("beforeExit", onIdle);
  try {
    for (file of files) {
      say({ kind: "loading", file });
      say({ kind: "loaded", summary: await summaryOf(file, what) });
    }
    process.off("beforeExit", onIdle);
    await aftermath();
    say({ kind: "finished" });
  } catch (error) {
    process.off("beforeExit", onIdle);
    fail(error);
  }
}

async function summaryOf(path: string, what: Described): Promise<object> {
  return what === "scenario"
    ? writeSummary(await loadScenario(path))
    : (await loadClientFile(path)).summary;
}

/** Resolves when nothing is left to happen, or after a while. */
function aftermath(): Promise<void> {
  return new Promise((resolve) => {
    process.once("beforeExit", () => resolve());
    setTimeout(resolve, AFTERMATH_MS).unref();
  });
}

function neverSettles(path: string, errorCode: HarnessErrorCode): HarnessError {
  return new HarnessError(errorCode, "it never finishes loading", {
    place: path,
    hint: "An await at its top level, or at that of a module it imports, waits for nothing that could happen.",
  });
}

function failureOf(thrown: unknown, path: string, errorCode: HarnessErrorCode): RunFailure {
  const error = explainLoadError(thrown, path, errorCode);
  const { code, place, hint, stack } = error;
  return {
    code,
    message: plainMessageOf(error),
    ...(place === undefined ? {} : { place }),
    ...(hint === undefined ? {} : { hint }),
    ...(stack === undefined ? {} : { stack }),
  };
}
