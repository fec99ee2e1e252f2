/** The cache of clients' versions, as commands name it and talk of it. */
import { resolve } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { clientPackages } from "../../clients/registry.ts";
import type { Progress } from "../../reporting/formats/terminal.ts";
import {
  type ClientCache,
  createClientCache,
  usualCacheFolder,
} from "../../clients/versions/client-cache.ts";
import type { Io } from "../io.ts";

/** The option that names its folder. */
export const cacheOption = {
  value: "DIR",
  says: "where versions of clients are kept (default: brownout/clients in your cache folder)",
} as const;

/** For commands that take versions from the cache and need none: what is there, if there is such a folder. */
export function keptVersions(
  named: string | undefined,
  io: Pick<Io, "cwd" | "environment" | "registry">,
): { readonly cache?: ClientCache } {
  const isNowhere = named === undefined && usualCacheFolder(io.environment) === undefined;
  return isNowhere ? {} : { cache: openClientCache(named, io) };
}

/** The cache in the folder that is named, or in the usual one. */
export function openClientCache(
  named: string | undefined,
  io: Pick<Io, "cwd" | "environment" | "registry">,
  progress?: Pick<Progress, "line">,
): ClientCache {
  const folder = named === undefined ? usualCacheFolder(io.environment) : resolve(io.cwd, named);
  if (folder === undefined) {
    throw new HarnessError("bad-usage", "there is no home folder to keep versions of clients in", {
      hint: "Name a folder with --cache.",
    });
  }
  return createClientCache({
    folder,
    packages: clientPackages,
    registry: io.registry,
    onInstall: (client, version) => progress?.line(`Installing ${client} ${version} in ${folder}`),
  });
}
