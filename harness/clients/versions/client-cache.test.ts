import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HarnessError } from "../../core/errors.ts";
import { createClientCache, usualCacheFolder } from "./client-cache.ts";
import type { Registry } from "./npm-registry.ts";

const packages = new Map([["msal-node", "@azure/msal-node"]]);
const published = ["7.10.0", "7.9.1", "7.0.0-beta.1", "6.0.1", "6.0.0", "1.18.4"];

let folder: string;
let asked: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-cache-"));
  asked = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Installs an empty package, or does what is said instead. */
function registry(over: Partial<Registry> = {}): Registry {
  return {
    published: (name) => {
      asked.push(`view ${name}`);
      return Promise.resolve(published);
    },
    install: (name, version, where) => {
      asked.push(`install ${name} ${version}`);
      mkdirSync(join(where, "node_modules", name), { recursive: true });
      writeFileSync(join(where, "node_modules", name, "package.json"), "{}");
      return Promise.resolve();
    },
    ...over,
  };
}

const offline = registry({
  published: () => Promise.reject(new HarnessError("no-registry", "no network")),
  install: () => Promise.reject(new HarnessError("no-registry", "no network")),
});

const cacheWith = (from: Registry) => createClientCache({ folder, packages, registry: from });

describe("versions of clients", () => {
  it("are the newest published ones of what is wanted, by number and without prereleases", async () => {
    const cache = cacheWith(registry());
    expect(
      await Promise.all(
        ["7", "7.9", "6", "6.0.0", "latest"].map((wanted) => cache.resolve("msal-node", wanted)),
      ),
    ).toEqual(["7.10.0", "7.9.1", "6.0.1", "6.0.0", "7.10.0"]);
    expect(asked).toEqual(["view @azure/msal-node"]);
  });

  it("that are not published are refused with those that are near", async () => {
    const cache = cacheWith(registry());
    await expect(cache.resolve("msal-node", "6.1")).rejects.toMatchObject({
      code: "client-not-installed",
      message: "there is no msal-node 6.1",
      hint: "The newest of 6 are 6.0.0, 6.0.1.",
    });
    await expect(cache.resolve("msal-node", "4")).rejects.toMatchObject({
      hint: "Its majors are 1, 6, 7.",
    });
    // The beginning of a number is no major.
    await expect(cache.resolve("msal-node", "7.1")).rejects.toThrow("there is no msal-node 7.1");
  });

  it("are installed once, each in a folder of its own, and used again without the registry", async () => {
    const first = await cacheWith(registry()).provide("msal-node", "6.0.1");
    expect(first).toEqual({
      client: "msal-node",
      version: "6.0.1",
      folder: join(folder, "msal-node", "6.0.1"),
    });
    expect(await cacheWith(registry()).resolve("msal-node", "6.0.1")).toBe("6.0.1");
    const cache = cacheWith(offline);
    expect(await cache.resolve("msal-node", "6.0.1")).toBe("6.0.1");
    expect(await cache.provide("msal-node", "6.0.1")).toEqual(first);
    expect(asked).toEqual(["install @azure/msal-node 6.0.1"]);
    expect(readdirSync(join(folder, "msal-node"))).toEqual(["6.0.1"]);
  });

  it("that are kept stand for a major where the registry cannot be reached; others cannot be had", async () => {
    await cacheWith(registry()).provide("msal-node", "6.0.0");
    const cache = cacheWith(offline);
    expect(await cache.resolve("msal-node", "6")).toBe("6.0.0");
    expect(cache.newest("msal-node", "6")).toMatchObject({ version: "6.0.0" });
    expect(cache.newest("msal-node", "7")).toBeUndefined();
    await expect(cache.resolve("msal-node", "7")).rejects.toThrow("no network");
    await expect(cache.resolve("msal-node", "latest")).rejects.toThrow("no network");
    await expect(cache.provide("msal-node", "7.10.0")).rejects.toThrow("no network");
    expect(readdirSync(join(folder, "msal-node"))).toEqual(["6.0.0"]);
  });

  it("that were left half installed are installed anew", async () => {
    mkdirSync(join(folder, "msal-node", "6.0.1", "node_modules"), { recursive: true });
    const cache = cacheWith(registry());
    expect(cache.newest("msal-node", "6")).toBeUndefined();
    await cache.provide("msal-node", "6.0.1");
    expect(cache.newest("msal-node", "6")).toMatchObject({ version: "6.0.1" });
  });

  it("that somebody else installs meanwhile are taken as they are", async () => {
    const other = cacheWith(registry());
    const slow = registry({
      install: async (_, version, where) => {
        await other.provide("msal-node", version);
        writeFileSync(join(where, "unfinished"), "");
      },
    });
    expect(await cacheWith(slow).provide("msal-node", "6.0.1")).toMatchObject({ version: "6.0.1" });
    expect(readdirSync(join(folder, "msal-node"))).toEqual(["6.0.1"]);
  });

  it("cannot be kept where a file stands", async () => {
    writeFileSync(join(folder, "msal-node"), "");
    await expect(cacheWith(registry()).provide("msal-node", "6.0.1")).rejects.toMatchObject({
      code: "unwritable",
      hint: "Name another folder with --cache.",
    });
  });

  it("between two ends are all releases, oldest first, and a major as an end means all of it", async () => {
    const cache = cacheWith(registry());
    expect(await cache.between("msal-node", "6.0.1", "7.9.1")).toEqual(["6.0.1", "7.9.1"]);
    expect(await cache.between("msal-node", "6", "7")).toEqual([
      "6.0.0",
      "6.0.1",
      "7.9.1",
      "7.10.0",
    ]);
    expect(await cache.between("msal-node", "7", "6")).toEqual([]);
    expect(await cache.between("msal-node", "7.9.1", "latest")).toEqual(["7.9.1", "7.10.0"]);
    await expect(cache.between("msal-node", "6", "8")).rejects.toThrow("there is no msal-node 8");
  });
});

it("the usual folder is the user's cache", () => {
  const at = (...parts: string[]): string => join(...parts, "brownout", "clients");
  expect(usualCacheFolder({ XDG_CACHE_HOME: "/x", HOME: "/h" })).toBe(at("/x"));
  expect(usualCacheFolder({ XDG_CACHE_HOME: "", HOME: "/h" })).toBe(at("/h", ".cache"));
  expect(usualCacheFolder({ LOCALAPPDATA: "/l", USERPROFILE: "/u" })).toBe(at("/l"));
  expect(usualCacheFolder({})).toBeUndefined();
});
