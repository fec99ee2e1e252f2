/**
 * Versions of clients side by side, each in a folder of its own below the cache folder:
 * `<cache>/<client>/<version>/node_modules`. What is there is used again; what is not is
 * installed in a neighbour and renamed into its place, so that a folder is whole or not there.
 */
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { makeFolder } from "../../core/make-folder.ts";
import type { Registry } from "./npm-registry.ts";
import { compareVersions, isOf, isRelease, LATEST, releasesOf } from "./version-order.ts";

/** A client's package in one version: `folder` has its `node_modules`. */
export interface ClientFolder {
  readonly client: string;
  readonly version: string;
  /** Absolute. */
  readonly folder: string;
}

/** The versions of clients that are in a cache folder, and those that can be added to it. */
export interface ClientCache {
  /** The newest version of what is wanted that is there already. */
  readonly newest: (client: string, wanted: string) => ClientFolder | undefined;
  /** The newest published version of what is wanted; of what is there, where the registry cannot be reached. */
  readonly resolve: (client: string, wanted: string) => Promise<string>;
  /** The published releases from one version to another, oldest first; a major means all of it. */
  readonly between: (client: string, from: string, to: string) => Promise<readonly string[]>;
  /** The folder of a version; installs it when it is not there. */
  readonly provide: (client: string, version: string) => Promise<ClientFolder>;
}

/** Where versions are kept unless a folder is named: the user's own cache (XDG Base Directory). */
export function usualCacheFolder(
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { XDG_CACHE_HOME, LOCALAPPDATA, HOME, USERPROFILE } = environment;
  const home = HOME ?? USERPROFILE;
  const caches = XDG_CACHE_HOME || LOCALAPPDATA || (home && join(home, ".cache"));
  return caches === undefined || caches === "" ? undefined : join(caches, "brownout", "clients");
}

/** The cache in a folder, which need not exist; `packages` has npm's name of each client. */
export function createClientCache({
  folder,
  packages,
  registry,
  onInstall = () => undefined,
}: {
  readonly folder: string;
  readonly packages: ReadonlyMap<string, string>;
  readonly registry: Registry;
  /** Called before a version is installed. */
  readonly onInstall?: (client: string, version: string) => void;
}): ClientCache {
  const listed = new Map<string, Promise<readonly string[]>>();
  const npmName = (client: string): string => packages.get(client) ?? client;
  const published = (client: string): Promise<readonly string[]> => {
    const list = listed.get(client) ?? registry.published(npmName(client)).then(releasesOf);
    listed.set(client, list);
    return list;
  };
  const folderOf = (client: string, version: string): string => join(folder, client, version);
  const isThere = (client: string, version: string): boolean =>
    existsSync(join(folderOf(client, version), "node_modules", npmName(client), "package.json"));
  const kept = (client: string): readonly string[] =>
    releasesOf(foldersIn(join(folder, client))).filter((version) => isThere(client, version));
  const newestKept = (client: string, wanted: string): string | undefined =>
    kept(client).findLast((version) => isOf(version, wanted));

  return {
    newest(client, wanted) {
      const version = newestKept(client, wanted);
      return version === undefined
        ? undefined
        : { client, version, folder: folderOf(client, version) };
    },
    async resolve(client, wanted) {
      if (isRelease(wanted) && isThere(client, wanted)) return wanted;
      const versions = await published(client).catch((error: unknown) => {
        // What is newest of all, the registry alone knows: `isOf` finds none of that name.
        const version = newestKept(client, wanted);
        if (version === undefined) throw error;
        return [version];
      });
      const found =
        wanted === LATEST ? versions.at(-1) : versions.findLast((version) => isOf(version, wanted));
      if (found === undefined) throw notPublished(client, wanted, versions);
      return found;
    },
    async between(client, from, to) {
      const versions = await published(client);
      for (const end of [from, to].filter((end) => end !== LATEST))
        if (!versions.some((version) => isOf(version, end)))
          throw notPublished(client, end, versions);
      return versions.filter(
        (version) =>
          (isOf(version, from) || compareVersions(version, from) >= 0) &&
          (to === LATEST || isOf(version, to) || compareVersions(version, to) <= 0),
      );
    },
    async provide(client, version) {
      const place = folderOf(client, version);
      if (!isThere(client, version)) {
        onInstall(client, version);
        await install(registry, { npm: npmName(client), version, place });
      }
      return { client, version, folder: place };
    },
  };
}

function foldersIn(path: string): readonly string[] {
  return existsSync(path) ? readdirSync(path) : [];
}

async function install(
  registry: Registry,
  {
    npm,
    version,
    place,
  }: { readonly npm: string; readonly version: string; readonly place: string },
): Promise<void> {
  const unfinished = neighbourOf(place);
  try {
    writeFileSync(join(unfinished, "package.json"), '{ "private": true }\n');
    await registry.install(npm, version, unfinished);
    // What a session that was killed, or a hand, left there half.
    if (!existsSync(join(place, "node_modules", npm, "package.json")))
      rmSync(place, { recursive: true, force: true });
    renameSync(unfinished, place);
  } catch (error) {
    // Somebody else may have installed the same in the meantime, and theirs is as good.
    if (!existsSync(join(place, "node_modules", npm, "package.json"))) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function neighbourOf(place: string): string {
  const parent = join(place, "..");
  try {
    makeFolder(parent);
    return mkdtempSync(join(parent, ".installing-"));
  } catch (cause) {
    throw new HarnessError("unwritable", "versions of clients cannot be kept there", {
      place: parent,
      hint: "Name another folder with --cache.",
      cause,
    });
  }
}

function notPublished(client: string, wanted: string, versions: readonly string[]): HarnessError {
  const [major = ""] = wanted.split(".");
  const near = versions.filter((version) => isOf(version, major)).slice(-5);
  const majors = [...new Set(versions.map((version) => version.split(".")[0] ?? ""))];
  return new HarnessError("client-not-installed", `there is no ${client} ${wanted}`, {
    place: `${client}@${wanted}`,
    hint:
      near.length > 0
        ? `The newest of ${major} are ${near.join(", ")}.`
        : `Its majors are ${majors.join(", ")}.`,
  });
}
