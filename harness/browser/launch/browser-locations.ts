/**
 * Where Chrome, Chromium and Edge are installed. Edge comes last: it is Chromium, too, but the
 * one with most of its maker's own additions.
 */
import path from "node:path";
import type { HostComputer } from "./host-computer.ts";

/**
 * Whether a browser may be asked to show windows. `headless`: never, so the headless shell is
 * preferred, Chromium without a user interface. `windowed`: maybe, so one with windows is.
 */
export type BrowserUse = "headless" | "windowed";

interface Product {
  /** Names under which it stands on the PATH. */
  readonly commands: readonly string[];
  readonly linux: readonly string[];
  /** Below `/Applications`, or the one of the user. */
  readonly darwin?: string;
  /** Below the folders for programs. */
  readonly win32?: string;
}

/** The engine of Chromium alone: pages, network and storage are the same. */
const headlessShell: Product = {
  commands: ["chrome-headless-shell", "chromium-headless-shell"],
  linux: ["/usr/lib/chromium/chromium-headless-shell"],
};

const windowed: readonly Product[] = [
  {
    commands: ["google-chrome", "google-chrome-stable", "chrome"],
    linux: ["/opt/google/chrome/chrome"],
    darwin: "Google Chrome.app/Contents/MacOS/Google Chrome",
    win32: "Google\\Chrome\\Application\\chrome.exe",
  },
  {
    commands: ["chromium", "chromium-browser"],
    linux: ["/usr/lib/chromium/chromium", "/snap/bin/chromium"],
    darwin: "Chromium.app/Contents/MacOS/Chromium",
    win32: "Chromium\\Application\\chrome.exe",
  },
  {
    commands: ["microsoft-edge", "microsoft-edge-stable", "msedge"],
    linux: ["/opt/microsoft/msedge/msedge"],
    darwin: "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    win32: "Microsoft\\Edge\\Application\\msedge.exe",
  },
];

function productsFor(use: BrowserUse): readonly Product[] {
  return use === "headless" ? [headlessShell, ...windowed] : [...windowed, headlessShell];
}

/** The names that are looked for on the PATH, best first. */
export function commandNames(use: BrowserUse): readonly string[] {
  return productsFor(use).flatMap(({ commands }) => commands);
}

/**
 * Where Playwright keeps its headless shell, by where it keeps its Chromium, which is all that it
 * says; `undefined` when that place is not as Playwright 1.57 and later name it.
 */
export function shellBeside(chromium: string): string | undefined {
  const place = /^(.*)chromium-(\d+)([\\/])chrome-([^\\/]+)[\\/].*?(\.exe)?$/.exec(chromium);
  if (place === null) return undefined;
  const [, folder = "", revision = "", slash = "", platform = "", extension = ""] = place;
  const name = "chrome-headless-shell";
  return `${folder}chromium_headless_shell-${revision}${slash}${name}-${platform}${slash}${name}${extension}`;
}

/** Absolute paths of files to try, best first, none twice. */
export function candidatePaths(
  machine: Pick<HostComputer, "platform" | "env">,
  use: BrowserUse,
): string[] {
  const paths = pathsOf(machine);
  const extension = machine.platform === "win32" ? ".exe" : "";
  const folders = foldersOnPath(machine).filter((folder) => paths.isAbsolute(folder));
  const all = productsFor(use).flatMap((product) => [
    ...product.commands.flatMap((name) =>
      folders.map((folder) => paths.join(folder, name + extension)),
    ),
    ...placesOf(product, machine),
  ]);
  return [...new Set(all)];
}

/** Absolute paths of the usual places that do not depend on the PATH, best first. */
export function usualPlaces(
  machine: Pick<HostComputer, "platform" | "env">,
  use: BrowserUse,
): string[] {
  return productsFor(use).flatMap((product) => placesOf(product, machine));
}

function foldersOnPath(machine: Pick<HostComputer, "platform" | "env">): string[] {
  return (machine.env["PATH"] ?? machine.env["Path"] ?? "").split(pathsOf(machine).delimiter);
}

function placesOf(
  product: Product,
  { platform, env }: Pick<HostComputer, "platform" | "env">,
): readonly string[] {
  const below = (folders: readonly (string | undefined)[], place: string | undefined): string[] =>
    folders.flatMap((folder) =>
      place === undefined || folder === undefined || folder === ""
        ? []
        : [pathsOf({ platform }).join(folder, place)],
    );
  if (platform === "win32") {
    const programs = [env["PROGRAMFILES"], env["PROGRAMFILES(X86)"], env["LOCALAPPDATA"]];
    return below(programs, product.win32);
  }
  if (platform === "darwin") {
    const home = env["HOME"];
    return below(["/Applications", home && `${home}/Applications`], product.darwin);
  }
  return product.linux;
}

function pathsOf({ platform }: Pick<HostComputer, "platform">): path.PlatformPath {
  return platform === "win32" ? path.win32 : path.posix;
}
