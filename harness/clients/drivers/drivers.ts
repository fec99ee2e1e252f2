/** The drivers of the package: libraries and programs in other languages, as clients under test. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { HarnessError } from "../../core/errors.ts";
import type { ClientUnderTest } from "../client.ts";
import type { DriverCommand } from "./conversation.ts";
import { driverClient, greetDriver } from "./driver-client.ts";
import type { DriverHello } from "./protocol.ts";

/** A driver of the package. */
type PackagedDriver = DriverScript | BuiltDriver;

interface DriverOfPackage {
  /** The library or program that it drives, for people. */
  readonly drives: string;
  /** What installs what it needs. */
  readonly install: string;
}

interface DriverScript extends DriverOfPackage {
  /** Below `drivers/`. */
  readonly script: string;
}

/** A program that is built on this machine. */
interface BuiltDriver extends DriverOfPackage {
  /** Below `drivers/`, where it is built unless the variable names another file. */
  readonly program: string;
  readonly variable: string;
}

/** The drivers, by the name that `--client` takes. */
export const packagedDrivers: ReadonlyMap<string, PackagedDriver> = new Map<string, PackagedDriver>(
  [
    [
      "msal-python",
      {
        drives: "MSAL for Python",
        script: "python/msal_python.py",
        install: "apt-get install python3-msal faketime",
      },
    ],
    [
      "azure-identity-python",
      {
        drives: "azure-identity for Python",
        script: "python/azure_identity.py",
        install: "apt-get install python3-azure faketime",
      },
    ],
    [
      "msal-go",
      {
        drives: "MSAL Go",
        program: "go/msal-go",
        variable: "BROWNOUT_MSAL_GO",
        install: "drivers/go/build.sh (docs/guide/drivers.md), and apt-get install faketime",
      },
    ],
  ],
);

/** Names another interpreter than those below. */
const PYTHON_VARIABLE = "BROWNOUT_PYTHON";

/** Packages of the system belong to the system's own interpreter, which another may hide. */
const interpreters = ["python3", "/usr/bin/python3"];

/** Each driver is asked once in a process: an interpreter takes its time to start. */
const greeted = new Map<string, Promise<Greeted>>();

interface Greeted {
  readonly command: DriverCommand;
  readonly hello: DriverHello;
}

/** Loads the client behind a driver of the package; rejects with `client-not-installed` and what to install. */
export async function loadPackagedDriver(
  name: string,
  driver: PackagedDriver,
): Promise<ClientUnderTest> {
  const found = greeted.get(name) ?? greet(name, driver);
  greeted.set(name, found);
  const { command, hello } = await found;
  return driverClient({ command }, hello);
}

async function greet(name: string, driver: PackagedDriver): Promise<Greeted> {
  let missing: HarnessError | undefined;
  for (const command of commandsOf(driver)) {
    try {
      return { command, hello: await greetDriver({ command }) };
    } catch (error) {
      if (!(error instanceof HarnessError) || error.code !== "client-not-installed") throw error;
      missing = error;
    }
  }
  throw new HarnessError("client-not-installed", missing?.message ?? `${name} is not built`, {
    place: name,
    hint: `Run: ${driver.install}`,
    ...(missing === undefined ? {} : { cause: missing }),
  });
}

/** How it may be started; none for a program that is not built. */
function commandsOf(driver: PackagedDriver): readonly DriverCommand[] {
  if ("script" in driver) {
    const named = process.env[PYTHON_VARIABLE];
    const parameters = [fileOf(driver.script)];
    return (named === undefined ? interpreters : [named]).map((program) => ({
      program,
      parameters,
    }));
  }
  const program = process.env[driver.variable] ?? fileOf(driver.program);
  return program === "" ? [] : [{ program, parameters: [] }];
}

/** From the source the drivers are three folders up, from the built package four. */
function fileOf(name: string): string {
  const [found = ""] = ["../../../drivers/", "../../../../drivers/"]
    .map((folder) => fileURLToPath(new URL(`${folder}${name}`, import.meta.url)))
    .filter((path) => existsSync(path));
  return found;
}
