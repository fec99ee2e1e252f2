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

/** For commands that need versions in the cache only if one is named; what is installed is said on stderr. Nothing where there is no folder for it. */
export function keptVersions(
  named: string | undefined,
  io: Pick<Io, "cwd" | "environment" | "registry" | "stderr">,
): { readonly cache?: ClientCache } {
  const isNowhere = named === undefined && usualCacheFolder(io.environment) === undefined;
  const progress = { line: (text: string) => io.stderr.write(`${text}\n`) };
  return isNowhere ? {} : { cache: openClientCache(named, io, progress) };
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
