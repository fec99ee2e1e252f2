/** `brownout drivers`: the drivers of the package and what is missing for them; with `check`, what a driver gets wrong. */
import { packagedDrivers } from "../../clients/drivers/drivers.ts";
import { loadClient } from "../../clients/registry.ts";
import { HarnessError } from "../../core/errors.ts";
import { parseDuration } from "../../core/time/parse-duration.ts";
import type { Arguments, Options } from "../arguments.ts";
import { checkDriver, type DriverCheck } from "../drivers/check-driver.ts";
import type { Io } from "../io.ts";

/** The options of `brownout drivers`. */
export const driversOptions = {
  within: {
    value: "DURATION",
    says: "how long an answer may take, in the machine's time (default: 2m)",
  },
  json: { says: "print the result as JSON" },
} as const satisfies Options;

/** Lists or checks; resolves to the exit code. */
export async function driversCommand(
  { values, positionals }: Arguments<typeof driversOptions>,
  io: Io,
): Promise<number> {
  const [action, program, ...parameters] = positionals;
  if (action === undefined) return listDrivers(values.json !== undefined, io);
  if (action !== "check" || program === undefined) {
    throw new HarnessError(
      "bad-usage",
      `expected check and a command, got "${positionals.join(" ")}"`,
      {
        hint: "brownout drivers check -- ./my-driver",
      },
    );
  }
  const patienceMs =
    values.within === undefined ? undefined : parseDuration(values.within, "--within");
  const checks = await checkDriver(
    {
      command: { program, parameters },
      ...(patienceMs === undefined ? {} : { patienceMs }),
    },
    (check) => {
      if (values.json === undefined) io.stdout.write(`${lineOf(check)}\n`);
    },
  );
  if (values.json !== undefined) {
    io.stdout.write(`${JSON.stringify({ schema: "brownout/driver-check/1", checks }, null, 2)}\n`);
  }
  const has = (outcome: DriverCheck["outcome"]): boolean =>
    checks.some((check) => check.outcome === outcome);
  return has("wrong") ? 1 : has("unknown") ? 3 : 0;
}

function lineOf({ step, outcome, message }: DriverCheck): string {
  return `${outcome.padEnd(7)}  ${step}${message === undefined ? "" : `: ${message}`}`;
}

async function listDrivers(asJson: boolean, io: Io): Promise<number> {
  const found = await Promise.all([...packagedDrivers.keys()].map(describeDriver));
  if (asJson) {
    io.stdout.write(
      `${JSON.stringify({ schema: "brownout/drivers/1", drivers: found }, null, 2)}\n`,
    );
    return 0;
  }
  for (const { name, drives, state } of found)
    io.stdout.write(`${name.padEnd(22)} ${drives}: ${state}\n`);
  return 0;
}

interface ListedDriver {
  readonly name: string;
  readonly drives: string;
  readonly version?: string;
  readonly flows?: readonly string[];
  /** Its version and flows, or what is missing, for people. */
  readonly state: string;
}

async function describeDriver(name: string): Promise<ListedDriver> {
  const driver = packagedDrivers.get(name);
  const drives = driver?.drives ?? name;
  try {
    const { version, flows } = await loadClient(name, { needs: [] });
    return { name, drives, version, flows, state: `${version}, ${flows.join(", ")}` };
  } catch (error) {
    if (!(error instanceof HarnessError) || error.code !== "client-not-installed") throw error;
    return { name, drives, state: `${error.message}. ${error.hint ?? ""}` };
  }
}
