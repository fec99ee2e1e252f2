/** Loads a client of the user's own from its file: a module, or a driver in any language. */
import { checkClient, clientOf, type ClientSummary } from "../../clients/client-definition.ts";
import type { ClientUnderTest } from "../../clients/client.ts";
import { loadClientModule } from "./load-default-export.ts";
import { driverClient, greetDriver } from "../../clients/drivers/driver-client.ts";
import { placeOfThrown } from "./load-error.ts";
import { nearestManifest } from "./nearest-manifest.ts";

/** A client of a file. */
export interface FileClient {
  readonly client: ClientUnderTest;
  readonly summary: ClientSummary;
}

/**
 * The client that a file exports by default; throws `bad-client` with the place of the mistake.
 * Each `open` imports the file anew, as a new process of the application would.
 */
export async function loadClientFile(absolutePath: string): Promise<FileClient> {
  if (!MODULE.test(absolutePath)) return loadDriverFile(absolutePath);
  const load = async () => checkClient(await loadClientModule(absolutePath), absolutePath);
  const definition = await load();
  const { version: ofPackage } = nearestManifest(absolutePath);
  const version = definition.version ?? (typeof ofPackage === "string" ? ofPackage : "0");
  const { name, flows, notApplicable = [] } = definition;
  return {
    client: clientOf(
      { ...definition, version },
      { load, placeOf: (error) => placeOfThrown(error, absolutePath) },
    ),
    summary: { name, version, flows, notApplicable },
  };
}

const MODULE = /\.[cm]?[jt]sx?$/;

/** The client behind an executable that speaks the driver protocol. */
async function loadDriverFile(program: string): Promise<FileClient> {
  const command = { program, parameters: [] };
  const client = driverClient({ command }, await greetDriver({ command }));
  const { name, version, flows } = client;
  return { client, summary: { name, version, flows, isProgram: true, notApplicable: [] } };
}
