/** Which browser is found on machines of every kind, and what is said where none is. */
import { describe, expect, it } from "vitest";
import { HarnessError } from "../../core/errors.ts";
import { shellBeside } from "./browser-locations.ts";
import { findBrowser, wantsNoBrowser } from "./find-browser.ts";
import type { HostComputer, Trial } from "./host-computer.ts";

/** A machine with these files on it; every other is missing. */
function machine(
  files: Readonly<Record<string, Trial>>,
  options: { platform?: NodeJS.Platform; env?: HostComputer["env"]; own?: string } = {},
): HostComputer {
  return {
    platform: options.platform ?? "linux",
    env: options.env ?? { PATH: "/usr/local/bin:/usr/bin" },
    playwrightsOwn: () => Promise.resolve(options.own),
    tryOut: (path) => files[path] ?? { kind: "missing" },
  };
}

async function refusal(search: Promise<unknown>): Promise<HarnessError> {
  const error = await search.catch((thrown: unknown) => thrown);
  if (error instanceof HarnessError) return error;
  throw new Error("it was not refused");
}

const runs: Trial = { kind: "runs", version: "150.0.1" };
const broken: Trial = { kind: "broken", why: "libnss3.so is missing" };
const own = "/home/me/.cache/ms-playwright/chromium-1255/chrome-linux64/chrome";
const ownShell =
  "/home/me/.cache/ms-playwright/chromium_headless_shell-1255/chrome-headless-shell-linux64/chrome-headless-shell";
const everything = {
  "/mine/chrome": runs,
  [own]: runs,
  "/usr/bin/google-chrome": runs,
  "/usr/bin/chromium": runs,
  "/usr/bin/microsoft-edge": runs,
};

describe("the order", () => {
  const env = { PATH: "/usr/local/bin:/usr/bin", BROWNOUT_BROWSER: "/mine/chrome" };

  it.each<[string, string, Parameters<typeof machine>[1], string[]]>([
    ["the one that is named", "/mine/chrome", { env, own }, []],
    ["Playwright's own", own, { own }, []],
    ["an installed Chrome", "/usr/bin/google-chrome", {}, []],
    ["an installed Chromium", "/usr/bin/chromium", {}, ["/usr/bin/google-chrome"]],
    ["Edge", "/usr/bin/microsoft-edge", {}, ["/usr/bin/google-chrome", "/usr/bin/chromium"]],
  ])("has %s before all that follow", async (_, expected, options, absent) => {
    const files = Object.fromEntries(
      Object.entries(everything).filter(([path]) => !absent.includes(path)),
    );
    const found = await findBrowser("windowed", machine(files, options));
    expect(found).toMatchObject({ executablePath: expected, version: "150.0.1" });
  });

  it("says where the browser is from", async () => {
    const from = async (options: Parameters<typeof machine>[1]): Promise<string> =>
      (await findBrowser("windowed", machine(everything, options))).from;
    expect(await from({ env })).toBe("explicit");
    expect(await from({ own })).toBe("playwright");
    expect(await from({})).toBe("installed");
  });
});

describe("the headless shell", () => {
  const shells = { [ownShell]: runs, "/usr/bin/chromium-headless-shell": runs };

  it.each<[string, string, { own?: string }, string[]]>([
    ["Playwright's own before its Chromium", ownShell, { own }, []],
    ["Playwright's Chromium before an installed shell", own, { own }, [ownShell]],
    ["an installed shell before Chrome", "/usr/bin/chromium-headless-shell", {}, []],
  ])("is preferred where no window is shown: %s", async (_, expected, options, absent) => {
    const files = Object.fromEntries(
      Object.entries({ ...everything, ...shells }).filter(([path]) => !absent.includes(path)),
    );
    const found = await findBrowser("headless", machine(files, options));
    expect(found.executablePath).toBe(expected);
  });

  it("is the last resort where a window may be shown", async () => {
    const place = async (files: Parameters<typeof machine>[0], options: { own?: string }) =>
      (await findBrowser("windowed", machine(files, options))).executablePath;
    expect(await place({ ...everything, ...shells }, { own })).toBe(own);
    expect(await place(shells, { own })).toBe(ownShell);
    expect(await place(shells, {})).toBe("/usr/bin/chromium-headless-shell");
  });

  it.each([
    [
      "C:\\Users\\me\\AppData\\Local\\ms-playwright\\chromium-1255\\chrome-win64\\chrome.exe",
      "C:\\Users\\me\\AppData\\Local\\ms-playwright\\chromium_headless_shell-1255\\chrome-headless-shell-win64\\chrome-headless-shell.exe",
    ],
    [
      "/c/chromium-1255/chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
      "/c/chromium_headless_shell-1255/chrome-headless-shell-mac-arm64/chrome-headless-shell",
    ],
    ["/opt/mine/chrome", undefined],
  ])("is beside %s", (chromium, shell) => {
    expect(shellBeside(chromium)).toBe(shell);
  });

  it("of the installed Playwright is where Playwright itself looks for it", async () => {
    const { chromium } = await import("@playwright/test");
    const launching = chromium.launch().then(
      (browser) => browser.close(),
      (error: unknown) => /doesn't exist at (.+)/.exec(String(error))?.[1],
    );
    // Where it is installed, its place is no part of an error.
    expect([undefined, shellBeside(chromium.executablePath())]).toContain(await launching);
  });
});

describe("a browser that is named", () => {
  it.each([
    ["is missing", {}, "which is not there"],
    ["cannot be run", { "/mine/chrome": broken }, "which cannot be run: libnss3.so is missing"],
  ])("and %s is an error that names it, however many others there are", async (_, mine, why) => {
    const env = { PATH: "/usr/bin", BROWNOUT_BROWSER: "/mine/chrome" };
    const others = { [own]: runs, "/usr/bin/chromium": runs };
    const error = await refusal(
      findBrowser("windowed", machine({ ...others, ...mine }, { env, own })),
    );
    expect(error.code).toBe("no-browser");
    expect(error.message).toBe(`BROWNOUT_BROWSER names /mine/chrome, ${why}`);
    expect(error.hint).toMatch(/unset it/);
  });

  it("counts as not named when the variable is empty", async () => {
    const env = { PATH: "/usr/bin", BROWNOUT_BROWSER: "" };
    expect(await findBrowser("windowed", machine(everything, { env }))).toMatchObject({
      from: "installed",
    });
    expect(wantsNoBrowser(env)).toBe(false);
  });

  it("may be none at all", async () => {
    const env = { PATH: "/usr/bin", BROWNOUT_BROWSER: "none" };
    const error = await refusal(findBrowser("windowed", machine(everything, { env, own })));
    expect(error).toMatchObject({ code: "no-browser", hint: expect.stringContaining("Unset") });
    expect(wantsNoBrowser(env)).toBe(true);
  });
});

describe("an installed browser", () => {
  it("that is there but does not run gives way to the next, and is named if there is none", async () => {
    const stub: Trial = { kind: "broken", why: "requires the chromium snap" };
    const env = { PATH: "/usr/bin:/bin:/usr/bin" };
    const files = { [own]: broken, "/usr/bin/chromium-browser": stub };
    const withEdge = { ...files, "/opt/microsoft/msedge/msedge": runs };
    expect(await findBrowser("windowed", machine(withEdge, { own, env }))).toMatchObject({
      executablePath: "/opt/microsoft/msedge/msedge",
    });
    const { message } = await refusal(findBrowser("windowed", machine(files, { own, env })));
    const parts = message.split("; ");
    expect(parts.slice(2)).toEqual([
      `${own} cannot be run (libnss3.so is missing)`,
      "/usr/bin/chromium-browser cannot be run (requires the chromium snap)",
    ]);
    expect(parts[1]).toMatch(/^none of google-chrome,/);
  });

  it.each<[NodeJS.Platform, HostComputer["env"], string]>([
    ["linux", { PATH: "" }, "/opt/google/chrome/chrome"],
    ["linux", {}, "/snap/bin/chromium"],
    ["darwin", {}, "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"],
    ["darwin", { HOME: "/me" }, "/me/Applications/Chromium.app/Contents/MacOS/Chromium"],
    ["darwin", { PATH: "/opt/homebrew/bin" }, "/opt/homebrew/bin/chromium"],
    [
      "win32",
      { PROGRAMFILES: "C:\\Program Files" },
      "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    ],
    [
      "win32",
      { "PROGRAMFILES(X86)": "C:\\x86", LOCALAPPDATA: "" },
      "C:\\x86\\Microsoft\\Edge\\Application\\msedge.exe",
    ],
    ["win32", { Path: "C:\\Windows;D:\\tools" }, "D:\\tools\\chrome.exe"],
  ])("is found on %s with %j", async (platform, env, place) => {
    const found = await findBrowser(
      "windowed",
      machine({ [place]: { kind: "runs" } }, { platform, env }),
    );
    expect(found).toEqual({ executablePath: place, from: "installed" });
  });

  it("is not taken from a folder relative to the working directory", async () => {
    const env = { PATH: ".:bin" };
    const search = findBrowser(
      "windowed",
      machine({ chromium: runs, "bin/chromium": runs }, { env }),
    );
    expect(await refusal(search)).toMatchObject({ code: "no-browser" });
    const place = "Google\\Chrome\\Application\\chrome.exe";
    const windows = machine({ [place]: runs }, { platform: "win32", env: { LOCALAPPDATA: "" } });
    expect(await refusal(findBrowser("windowed", windows))).toMatchObject({ code: "no-browser" });
  });
});

describe("where there is none", () => {
  it("says what was looked for, where, and which commands help", async () => {
    const { code, message, hint } = await refusal(findBrowser("windowed", machine({}, { own })));
    expect(code).toBe("no-browser");
    expect(message).toBe(
      `no browser was found: BROWNOUT_BROWSER is not set; Playwright's own is not at ${own}; none of google-chrome, google-chrome-stable, chrome, chromium, chromium-browser, microsoft-edge, microsoft-edge-stable, msedge, chrome-headless-shell, chromium-headless-shell that runs is on the PATH, nor is one at /opt/google/chrome/chrome, /usr/lib/chromium/chromium, /snap/bin/chromium, /opt/microsoft/msedge/msedge, /usr/lib/chromium/chromium-headless-shell`,
    );
    for (const command of [
      "npx playwright install chromium",
      "BROWNOUT_BROWSER=/path/to/chrome",
      "apt-get install chromium",
    ]) {
      expect(hint).toContain(command);
    }
  });

  it("says that Playwright has none, where Playwright is not installed", async () => {
    const { message } = await refusal(findBrowser("windowed", machine({})));
    expect(message).toContain("there is no browser of Playwright's own");
  });
});
