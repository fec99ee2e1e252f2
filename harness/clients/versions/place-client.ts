/**
 * Where the package of a client is: the installed one when that is the version asked for, else
 * one that `brownout matrix` has put in the cache. Nothing is installed here.
 */
import type { ClientUnderTest } from "../client.ts";
import { HarnessError } from "../../core/errors.ts";
import { type ClientChoice, clientPackages, loadClient, parseClientName } from "../registry.ts";
import type { ClientCache } from "./client-cache.ts";

/** A client with the folder that its package is in. */
export interface PlacedClient {
  readonly client: ClientUnderTest;
  /** The name for the worker: with the whole version when it is one of the cache. */
  readonly name: string | undefined;
  /** Absent: beside Brownout. */
  readonly folder?: string;
}

/** The client for a run, as `loadClient`; `client-not-installed` says how to get what is neither installed nor kept. */
export async function placeClient(
  wanted: string | undefined,
  scenario: ClientChoice & { readonly name: string },
  cache: Pick<ClientCache, "newest"> | undefined,
): Promise<PlacedClient> {
  try {
    return { client: await loadClient(wanted, scenario), name: wanted };
  } catch (error) {
    if (!(error instanceof HarnessError) || error.code !== "client-not-installed") throw error;
    const { name, version } = parseClientName(wanted ?? "");
    if (version === undefined || !clientPackages.has(name)) throw error;
    const kept = cache?.newest(name, version);
    if (kept === undefined) throw elsewhere(error, `${name}@${version}`, scenario.name);
    const exact = `${name}@${kept.version}`;
    return {
      client: await loadClient(exact, scenario, kept.folder),
      name: exact,
      folder: kept.folder,
    };
  }
}

function elsewhere(error: HarnessError, wanted: string, scenario: string): HarnessError {
  const { code, message, place, hint = "" } = error;
  return new HarnessError(code, message, {
    ...(place === undefined ? {} : { place }),
    hint: `${hint}, or keep it beside the installed one: brownout matrix ${wanted} --scenario ${scenario}`,
    cause: error,
  });
}
