/** `brownout serve`: the simulator for any program, until it is asked to end. */
import { resolve } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { textOf } from "../../core/thrown.ts";
import { startServing, type Serving } from "../../serve/start-serving.ts";
import { writeReadyFile } from "../../serve/ready-file.ts";
import type { Arguments, Options } from "../arguments.ts";
import type { Io } from "../io.ts";
import {
  createToken,
  readClock,
  readListen,
  readSimulatorOptions,
  simulatorOptions,
} from "../serve-options.ts";

/** The options of `brownout serve`. */
export const serveOptions = {
  listen: {
    value: "HOST:PORT",
    says: "where programs reach it: TLS, proxy and plain HTTP (default: 127.0.0.1, a free port)",
  },
  control: {
    value: "HOST:PORT",
    says: "where the control API listens (default: 127.0.0.1, a free port)",
  },
  dns: {
    value: "HOST:PORT",
    says: "where a name server leads the simulated names to --listen (default: nowhere)",
  },
  clock: {
    value: "real|stepped|xN",
    says: "time as the machine's, moved by the control API, or N times as fast (default: real)",
  },
  ...simulatorOptions,
  "ready-file": {
    value: "FILE",
    says: "write ports, proxy, certificate and control token there, once it serves",
  },
} as const satisfies Options;

/** Serves until a signal; resolves to the exit code. */
export async function serveCommand(
  { values, positionals }: Arguments<typeof serveOptions>,
  io: Io,
): Promise<number> {
  if (positionals.length > 0) {
    throw new HarnessError("bad-usage", `serve takes no "${positionals[0]}"`, {
      hint: "For a command under an outage: brownout exec -- COMMAND.",
    });
  }
  let isLost = false;
  const interrupted = Promise.withResolvers<void>();
  const stopListening = io.onInterrupt(() => interrupted.resolve());
  try {
    const serving = await startServing({
      ...readSimulatorOptions(values, io),
      listen: readListen(values.listen),
      control: readListen(values.control, "--control"),
      ...(values.dns === undefined ? {} : { dns: readListen(values.dns, "--dns") }),
      clock: readClock(values.clock),
      token: createToken(),
      pid: process.pid,
      environment: process.env,
      onProblem(error) {
        if (error instanceof HarnessError && error.code === "unwritable") isLost = true;
        io.stderr.write(`brownout: ${textOf(error)}\n`);
      },
    });
    try {
      const readyFile = values["ready-file"];
      if (readyFile !== undefined) writeReadyFile(resolve(io.cwd, readyFile), serving.ready);
      for (const line of greeting(serving)) io.stdout.write(`${line}\n`);
      await interrupted.promise;
    } finally {
      await serving.stop();
    }
  } finally {
    stopListening();
  }
  return isLost ? 2 : 0;
}

function greeting({ ready, supervisor }: Serving): readonly string[] {
  const { clock } = supervisor.current();
  const time =
    clock.kind === "stepped" ? "moved step by step" : clock.rate === 1 ? "real" : `x${clock.rate}`;
  return [
    `Serving ${ready.upstream === undefined ? "the simulated Entra" : "outages and an upstream"} at ${ready.host}:${ready.port}, as a proxy too: ${ready.proxy}`,
    `  certificate  ${ready.ca}`,
    `  live page    ${ready.control}/#${ready.token}`,
    `  control API  ${ready.control}/openapi.json`,
    `  token        ${ready.token}`,
    `  seed         ${ready.seed}`,
    `  time         ${time}`,
    ...(ready.upstream === undefined ? [] : [`  upstream     ${ready.upstream}`]),
    ...(ready.dns === undefined ? [] : [`  names        ${ready.dns}`]),
    ...(ready.journal === undefined ? [] : [`  journal      ${ready.journal}`]),
    "Ctrl-C ends it.",
  ];
}
