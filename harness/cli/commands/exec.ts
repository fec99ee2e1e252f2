/** `brownout exec`: a command under an outage, in a sandbox, and the verdict on what it did. */
import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { HarnessError } from "../../core/errors.ts";
import { makeTemporaryFolder } from "../../core/temporary-folder.ts";
import { textOf } from "../../core/thrown.ts";
import { parseJournal } from "../../history/journal.ts";
import type { History } from "../../history/event.ts";
import { authorityFile } from "../../network/https-server.ts";
import {
  asUserOutside,
  INSIDE,
  type Namespace,
  setUpNamespace,
  unshareArguments,
  whyNoNamespace,
} from "../../serve/sandbox/namespace.ts";
import { recordCrash } from "../../serve/record-crash.ts";
import { startNameServer } from "../../serve/sandbox/name-server.ts";
import { type Serving, startServing } from "../../serve/start-serving.ts";
import { ownVariables, trustVariables, variablesForAll } from "../../serve/variables.ts";
import type { Arguments, Options } from "../arguments.ts";
import type { Io } from "../io.ts";
import type { FakeClock } from "../../clients/drivers/faketime.ts";
import { openLeapTime } from "../leap-time.ts";
import { readOutages } from "../outage-option.ts";
import { type CommandEnd, runWatched } from "../run-command.ts";
import {
  createToken,
  readClock,
  readSimulatorOptions,
  simulatorOptions,
} from "../serve-options.ts";
import { quarantineOption } from "../quarantine-file.ts";
import { reportHistories } from "./check.ts";

/** The options of `brownout exec`. */
export const execOptions = {
  outage: {
    value: "NAME[@FROM+FOR]",
    says: "what breaks, such as throttled@10s+5m (default: at once, for a day); several with commas",
  },
  isolate: {
    value: "auto|netns|proxy|none",
    says: "how the command reaches the simulator: a network of its own (Linux), a proxy with variables, or by itself (default: auto)",
  },
  clock: { value: "real|stepped|xN", says: "as of brownout serve (default: real)" },
  time: {
    value: "real|leap",
    says: "the command's own clock: the machine's, or that of --clock stepped by libfaketime, where the command follows it (default: real)",
  },
  ...simulatorOptions,
  baseline: { value: "FILE", says: "the known findings (default: reports/baseline.json)" },
  ...quarantineOption,
  json: { says: "print the results as JSON, shaped like results.json" },
} as const satisfies Options;

type Values = Arguments<typeof execOptions>["values"];

/** Runs the command; resolves to the exit code. */
export async function execCommand(
  { values, positionals: command }: Arguments<typeof execOptions>,
  io: Io,
): Promise<number> {
  if (command.length === 0) {
    throw new HarnessError("bad-usage", "exec needs a command", {
      hint: "brownout exec --outage throttled -- python3 nightly.py",
    });
  }
  const isInside = process.env[INSIDE] !== undefined;
  const isolation = isInside ? "netns" : chooseIsolation(values, io);
  // What is wrong with the options is said before anything is set up.
  readOutages(values.outage);
  if (isolation === "netns" && !isInside) return runInside(io);
  return isolation === "netns"
    ? execInNamespace(command, values, io)
    : execBeside(command, { values, isolation }, io);
}

type Isolation = "netns" | "proxy" | "none";

function chooseIsolation({ isolate: given = "auto", otlp, upstream }: Values, io: Io): Isolation {
  if (given === "proxy" || given === "none") return given;
  if (given !== "auto" && given !== "netns") {
    throw new HarnessError("bad-usage", `expected auto, netns, proxy or none, got "${given}"`, {
      place: "--isolate",
    });
  }
  const why = whyNotIsolated(otlp, upstream);
  if (why === undefined) return "netns";
  if (given === "netns") {
    throw new HarnessError("unfit-machine", `a namespace cannot be made: ${why}`, {
      place: "--isolate netns",
      hint: "Take --isolate proxy.",
    });
  }
  io.stderr.write(`brownout: no network of its own for the command (${why}): by a proxy.\n`);
  return "proxy";
}

function whyNotIsolated(
  otlp: string | undefined,
  upstream: string | undefined,
): string | undefined {
  if (otlp !== undefined) return "a receiver of traces is not reached from it";
  if (upstream !== undefined) return "an upstream is not reached from it";
  return whyNoNamespace(process.platform, process.getuid?.() ?? 0);
}

/** Starts this very command again in a namespace, and ends as it does. */
function runInside(io: Io): Promise<number> {
  const [userId, groupId] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  // Not removed inside, where files of it are mounted over the system's.
  const folder = makeTemporaryFolder("sandbox");
  const child = spawn(
    "unshare",
    [...unshareArguments(userId), process.execPath, ...process.argv.slice(1)],
    {
      cwd: io.cwd,
      // By the channel it learns that this process was killed, as from our launcher.
      stdio: ["inherit", "inherit", "inherit", "ipc"],
      env: {
        ...io.environment,
        [INSIDE]: `${userId}:${groupId}:${folder}`,
        BROWNOUT_LAUNCHED: "1",
      },
    },
  );
  const stopListening = io.onInterrupt((signal) => void child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      stopListening();
      rmSync(folder, { recursive: true, force: true });
      resolve(code ?? 2);
    });
  });
}

async function execInNamespace(
  command: readonly string[],
  values: Values,
  io: Io,
): Promise<number> {
  const [userId, groupId, ...rest] = (process.env[INSIDE] ?? "").split(":");
  delete process.env[INSIDE];
  const namespace = setUpNamespace(
    rest.join(":"),
    readSimulatorOptions(values, io).authority?.file ?? authorityFile(),
  );
  const fake = leapTime(command, values, io);
  const serving = await start(values, io, namespace, fake);
  const unknown = new Set<string>();
  const names = await startNameServer({
    wayIn: () => serving.supervisor.current().wayIn,
    ownHosts: readSimulatorOptions(values, io).ownHosts,
    lost: namespace.lost,
    onUnknown: (name) => void unknown.add(name),
    onError: (error) => io.stderr.write(`brownout: ${textOf(error)}\n`),
  });
  const environment = {
    ...process.env,
    ...trustVariables(namespace.bundle),
    ...ownVariables(serving.ready),
    ...fake?.environment,
  };
  const asUser = [...asUserOutside(Number(userId), Number(groupId)), ...command];
  let ended: CommandEnd;
  try {
    ended = await runWatched(asUser, environment, io);
  } catch (error) {
    await serving.stop();
    throw error;
  } finally {
    await names.stop();
  }
  if (unknown.size > 0)
    io.stderr.write(`brownout: names that are not simulated: ${[...unknown].join(", ")}\n`);
  return verdict(serving, { values, ended }, io);
}

async function execBeside(
  command: readonly string[],
  { values, isolation }: { readonly values: Values; readonly isolation: "proxy" | "none" },
  io: Io,
): Promise<number> {
  const fake = leapTime(command, values, io);
  const serving = await start(values, io, { listen: { host: "127.0.0.1", port: 0 } }, fake);
  const { ready } = serving;
  const more = isolation === "proxy" ? variablesForAll(ready) : ownVariables(ready);
  const environment = { ...io.environment, ...more, ...fake?.environment };
  const ended = await runWatched(command, environment, io).catch(async (error: unknown) => {
    await serving.stop();
    throw error;
  });
  return verdict(serving, { values, ended }, io);
}

/** The clock of the command; undefined where it is the machine's. */
function leapTime(
  command: readonly string[],
  { time, clock = "stepped" }: Values,
  { cwd, environment }: Io,
): FakeClock | undefined {
  const fake = openLeapTime(time, command, { cwd, path: environment["PATH"] ?? "" });
  if (fake === undefined || clock === "stepped") return fake;
  throw new HarnessError("bad-usage", "time that leaps is moved step by step", {
    place: `--clock ${clock}`,
    hint: "Leave out --clock; POST /clock/advance moves both clocks.",
  });
}

async function start(
  values: Values,
  io: Io,
  { listen, alsoAt }: Pick<Namespace, "listen"> & Partial<Pick<Namespace, "alsoAt">>,
  fake: FakeClock | undefined,
): Promise<Serving> {
  const serving = await startServing({
    ...readSimulatorOptions(values, io),
    listen,
    ...(alsoAt === undefined ? {} : { alsoAt }),
    control: { host: "127.0.0.1", port: 0 },
    clock: readClock(fake === undefined ? values.clock : "stepped"),
    ...(fake === undefined ? {} : { onTime: fake.set }),
    token: createToken(),
    pid: process.pid,
    environment: process.env,
    onProblem: (error) => io.stderr.write(`brownout: ${textOf(error)}\n`),
  });
  try {
    for (const plan of readOutages(values.outage))
      serving.supervisor.current().faults(plan, "--outage");
    return serving;
  } catch (error) {
    await serving.stop();
    throw error;
  }
}

/** Ends the simulation and judges it; the exit code is the command's own when the verdict is as expected. */
async function verdict(
  serving: Serving,
  { values, ended }: { readonly values: Values; readonly ended: CommandEnd },
  io: Io,
): Promise<number> {
  const served = serving.supervisor.current();
  const { code, crash } = ended;
  const isRecorded = served.live.recorder.events.some(({ kind }) => kind === "process-error");
  if (crash !== undefined && !isRecorded) recordCrash(served.live.recorder, crash);
  await serving.stop();
  const { journal, seed } = serving.ready;
  const dropped = served.eventsDropped();
  const history: History =
    journal === undefined ? served.history() : parseJournal(readFileSync(journal, "utf8"), journal);
  if (journal === undefined && dropped > 0) {
    io.stderr.write(
      `brownout: the first ${dropped} events are not judged; with --journal FILE they are.\n`,
    );
  }
  io.stderr.write(`\nThe command ended with exit code ${code}; seed ${seed}.\n`);
  // The command has the standard output for itself.
  const judged = reportHistories([history], values, io, io.stderr);
  return judged === 0 ? code : judged;
}
