/**
 * Where the package of a client is: the installed one when that is the version asked for, else
 * one in the cache, where it is installed if it is not there yet.
 */
import type { ClientUnderTest } from "../client.ts";
import { HarnessError } from "../../core/errors.ts";
import { type ClientChoice, clientPackages, loadClient, parseClientName } from "../registry.ts";
import type { ClientCache, ClientFolder } from "./client-cache.ts";

/** A client with the folder that its package is in. */
export interface PlacedClient {
  readonly client: ClientUnderTest;
  /** The name for the worker: with the whole version when it is one of the cache. */
  readonly name: string | undefined;
  /** Absent: beside Brownout. */
  readonly folder?: string;
}

/** The client for a run, as `loadClient`. Rejects with `client-not-installed` for a version that is not published, and for one that is neither installed nor in the cache when npm cannot be asked or there is no cache. */
export async function placeClient(
  wanted: string | undefined,
  scenario: ClientChoice,
  cache: Pick<ClientCache, "newest" | "resolve" | "provide"> | undefined,
): Promise<PlacedClient> {
  try {
    return { client: await loadClient(wanted, scenario), name: wanted };
  } catch (error) {
    if (!(error instanceof HarnessError) || error.code !== "client-not-installed") throw error;
    const { name, version } = parseClientName(wanted ?? "");
    if (version === undefined || !clientPackages.has(name) || cache === undefined) throw error;
    const kept = cache.newest(name, version) ?? (await install({ name, version }, cache, error));
    const exact = `${name}@${kept.version}`;
    return {
      client: await loadClient(exact, scenario, kept.folder),
      name: exact,
      folder: kept.folder,
    };
  }
}

async function install(
  { name, version }: { readonly name: string; readonly version: string },
  cache: Pick<ClientCache, "resolve" | "provide">,
  missing: HarnessError,
): Promise<ClientFolder> {
  try {
    return await cache.provide(name, await cache.resolve(name, version));
  } catch (error) {
    if (!(error instanceof HarnessError) || error.code !== "no-registry") throw error;
    const { code, message, hint } = missing;
    throw new HarnessError(code, `${message}, and ${error.message}`, {
      ...(hint === undefined ? {} : { hint }),
      cause: error,
    });
  }
}
