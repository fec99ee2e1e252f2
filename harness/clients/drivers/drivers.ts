/** The drivers of the package: libraries and programs in other languages, as clients under test. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { HarnessError } from "../../core/errors.ts";
import type { ClientUnderTest } from "../client.ts";
import { driverClient, greetDriver } from "./driver-client.ts";
import type { DriverHello } from "./protocol.ts";

/** A driver of the package. */
interface PackagedDriver {
  /** The library or program that it drives, for people. */
  readonly drives: string;
  /** Below `drivers/`. */
  readonly script: string;
  /** What installs what it needs. */
  readonly install: string;
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
  ],
);

/** Names another interpreter than those below. */
const PYTHON_VARIABLE = "BROWNOUT_PYTHON";

/** Packages of the system belong to the system's own interpreter, which another may hide. */
const interpreters = ["python3", "/usr/bin/python3"];

/** Each driver is asked once in a process: an interpreter takes its time to start. */
const greeted = new Map<string, Promise<Greeted>>();

interface Greeted {
  readonly interpreter: string;
  readonly hello: DriverHello;
}

/** Loads the client behind a driver of the package; rejects with `client-not-installed` and what to install. */
export async function loadPackagedDriver(
  name: string,
  driver: PackagedDriver,
): Promise<ClientUnderTest> {
  const script = scriptOf(driver);
  const found = greeted.get(name) ?? greet(name, script, driver);
  greeted.set(name, found);
  const { interpreter, hello } = await found;
  return driverClient({ command: { program: interpreter, parameters: [script] } }, hello);
}

async function greet(name: string, script: string, driver: PackagedDriver): Promise<Greeted> {
  const named = process.env[PYTHON_VARIABLE];
  let missing: HarnessError | undefined;
  for (const interpreter of named === undefined ? interpreters : [named]) {
    try {
      const hello = await greetDriver({ command: { program: interpreter, parameters: [script] } });
      return { interpreter, hello };
    } catch (error) {
      if (!(error instanceof HarnessError) || error.code !== "client-not-installed") throw error;
      missing = error;
    }
  }
  throw new HarnessError("client-not-installed", missing?.message ?? `${name} is not installed`, {
    place: name,
    hint: `Run: ${driver.install}`,
    cause: missing,
  });
}

/** From the source the drivers are three folders up, from the built package four. */
function scriptOf({ script }: PackagedDriver): string {
  const [found = ""] = ["../../../drivers/", "../../../../drivers/"]
    .map((folder) => fileURLToPath(new URL(`${folder}${script}`, import.meta.url)))
    .filter((path) => existsSync(path));
  return found;
}
