/** Which browser is found on machines of every kind, and what is said where none is. */
import { describe, expect, it } from "vitest";
import { HarnessError } from "../../core/errors.ts";
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
const own = "/home/me/.cache/ms-playwright/chromium-1255/chrome";
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
    const found = await findBrowser(machine(files, options));
    expect(found).toMatchObject({ executablePath: expected, version: "150.0.1" });
  });

  it("says where the browser is from", async () => {
    const from = async (options: Parameters<typeof machine>[1]): Promise<string> =>
      (await findBrowser(machine(everything, options))).from;
    expect(await from({ env })).toBe("explicit");
    expect(await from({ own })).toBe("playwright");
    expect(await from({})).toBe("installed");
  });
});

describe("a browser that is named", () => {
  it.each([
    ["is missing", {}, "which is not there"],
    ["cannot be run", { "/mine/chrome": broken }, "which cannot be run: libnss3.so is missing"],
  ])("and %s is an error that names it, however many others there are", async (_, mine, why) => {
    const env = { PATH: "/usr/bin", BROWNOUT_BROWSER: "/mine/chrome" };
    const others = { [own]: runs, "/usr/bin/chromium": runs };
    const error = await refusal(findBrowser(machine({ ...others, ...mine }, { env, own })));
    expect(error.code).toBe("no-browser");
    expect(error.message).toBe(`BROWNOUT_BROWSER names /mine/chrome, ${why}`);
    expect(error.hint).toMatch(/unset it/);
  });

  it("counts as not named when the variable is empty", async () => {
    const env = { PATH: "/usr/bin", BROWNOUT_BROWSER: "" };
    expect(await findBrowser(machine(everything, { env }))).toMatchObject({ from: "installed" });
    expect(wantsNoBrowser(env)).toBe(false);
  });

  it("may be none at all", async () => {
    const env = { PATH: "/usr/bin", BROWNOUT_BROWSER: "none" };
    const error = await refusal(findBrowser(machine(everything, { env, own })));
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
    expect(await findBrowser(machine(withEdge, { own, env }))).toMatchObject({
      executablePath: "/opt/microsoft/msedge/msedge",
    });
    const { message } = await refusal(findBrowser(machine(files, { own, env })));
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
    const found = await findBrowser(machine({ [place]: { kind: "runs" } }, { platform, env }));
    expect(found).toEqual({ executablePath: place, from: "installed" });
  });

  it("is not taken from a folder relative to the working directory", async () => {
    const env = { PATH: ".:bin" };
    const search = findBrowser(machine({ chromium: runs, "bin/chromium": runs }, { env }));
    expect(await refusal(search)).toMatchObject({ code: "no-browser" });
    const place = "Google\\Chrome\\Application\\chrome.exe";
    const windows = machine({ [place]: runs }, { platform: "win32", env: { LOCALAPPDATA: "" } });
    expect(await refusal(findBrowser(windows))).toMatchObject({ code: "no-browser" });
  });
});

describe("where there is none", () => {
  it("says what was looked for, where, and which commands help", async () => {
    const { code, message, hint } = await refusal(findBrowser(machine({}, { own })));
    expect(code).toBe("no-browser");
    expect(message).toBe(
      `no browser was found: BROWNOUT_BROWSER is not set; Playwright's own is not at ${own}; none of google-chrome, google-chrome-stable, chrome, chromium, chromium-browser, microsoft-edge, microsoft-edge-stable, msedge that runs is on the PATH, nor is one at /opt/google/chrome/chrome, /usr/lib/chromium/chromium, /snap/bin/chromium, /opt/microsoft/msedge/msedge`,
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
    const { message } = await refusal(findBrowser(machine({})));
    expect(message).toContain("there is no browser of Playwright's own");
  });
});
