/** The set-up of the browser on machines that are handed in: what is done to each, and what is said. */
import { expect, it } from "vitest";
import { HarnessError } from "../harness/core/errors.ts";
import type { FoundBrowser } from "../harness/browser/launch/find-browser.ts";
import { setUpBrowser, type SetUpTools } from "./browser-setup.ts";

const chromium: FoundBrowser = {
  executablePath: "/usr/bin/chromium",
  from: "installed",
  version: "150.0.1",
};

const install = "install --yes chromium chromium-headless-shell";
const chromiumAlone = "install --yes chromium";

/** A machine without a browser until one of the commands in `works` has been run. */
function machine({
  env = {},
  mayInstall = true,
  works = [],
  installsAfter = "never",
}: {
  env?: SetUpTools["env"];
  mayInstall?: boolean;
  works?: readonly ("install" | "install without the shell" | "update")[];
  installsAfter?: "at once" | "update" | "never" | "had one before";
}) {
  const done: string[] = [];
  const said: string[] = [];
  let isInstalled = installsAfter === "had one before";
  const tools: SetUpTools = {
    env,
    mayInstall,
    say: (line) => void said.push(line),
    aptGet(...args) {
      done.push(args.join(" "));
      const isReady = installsAfter === "at once" || done.includes("update");
      const hasPackages =
        works.includes("install") ||
        (works.includes("install without the shell") && args.join(" ") === chromiumAlone);
      if (args[0] === "install") isInstalled = isReady && hasPackages;
      return (args[0] === "install" ? isInstalled : works.includes("update")) ? 0 : 100;
    },
    find: () =>
      isInstalled
        ? Promise.resolve(chromium)
        : Promise.reject(new HarnessError("no-browser", "no browser was found", { hint: "Help." })),
  };
  return { tools, done, said: () => said.join("\n") };
}

it("says in one line which browser was found, and changes nothing", async () => {
  const { tools, done, said } = machine({ installsAfter: "had one before" });
  expect(await setUpBrowser("required", tools)).toBe(0);
  expect(done).toEqual([]);
  expect(said()).toBe("browser: /usr/bin/chromium, version 150.0.1 (installed)");
});

it("installs Debian's package when root", async () => {
  const { tools, done, said } = machine({ installsAfter: "at once", works: ["install"] });
  expect(await setUpBrowser("required", tools)).toBe(0);
  expect(done).toEqual([install]);
  expect(said()).toMatch(/^browser: none yet; installing .+\nbrowser: \/usr\/bin\/chromium/);
});

it("installs Chromium alone where there is no package of the headless shell", async () => {
  const works = ["install without the shell"] as const;
  const { tools, done } = machine({ installsAfter: "at once", works });
  expect(await setUpBrowser("required", tools)).toBe(0);
  expect(done).toEqual([install, chromiumAlone]);
});

it("fetches the lists of packages only when the package is not to be had without", async () => {
  const works = ["install", "update"] as const;
  const { tools, done } = machine({ installsAfter: "update", works });
  expect(await setUpBrowser("optional", tools)).toBe(0);
  expect(done).toEqual([install, chromiumAlone, "update", install]);
});

it.each([
  ["there is no network", [], [install, chromiumAlone, "update"]],
  [
    "no list has the package",
    ["update"],
    [install, chromiumAlone, "update", install, chromiumAlone],
  ],
] as const)("says what helps when %s", async (_, works, commands) => {
  const { tools, done, said } = machine({ installsAfter: "update", works });
  expect(await setUpBrowser("required", tools)).toBe(1);
  expect(done).toEqual(commands);
  expect(said()).toMatch(/no browser was found; and Debian's package .+ cannot be installed/);
  expect(said()).toMatch(/ {2}Help\.\n.+BROWNOUT_BROWSER=none$/);
});

it.each([
  ["who is not root", { mayInstall: false }],
  ["who named one that does not run", { env: { BROWNOUT_BROWSER: "/nope" } }],
])("installs nothing for those %s", async (_, given) => {
  const { tools, done, said } = machine({ ...given, installsAfter: "at once", works: ["install"] });
  expect(await setUpBrowser("required", tools)).toBe(1);
  expect(done).toEqual([]);
  expect(said()).toMatch(/^browser: no browser was found\n {2}Help\./);
});

it("lets a run that can do without one go on, and says so", async () => {
  const { tools, said } = machine({ mayInstall: false });
  expect(await setUpBrowser("optional", tools)).toBe(0);
  expect(said()).toMatch(/no browser was found\n {2}Help\.\n.+goes on without/);
});

it("looks for none when none is wanted", async () => {
  const { tools, done, said } = machine({ env: { BROWNOUT_BROWSER: "none" } });
  expect(await setUpBrowser("required", tools)).toBe(0);
  expect(done).toEqual([]);
  expect(said()).toMatch(/BROWNOUT_BROWSER=none/);
});

it.each([
  ["a defect", new TypeError("boom")],
  ["another error of the harness", new HarnessError("bad-usage", "boom")],
])("does not take %s for a missing browser", async (_, error) => {
  const { tools } = machine({ mayInstall: false });
  const find = (): Promise<never> => Promise.reject(error);
  await expect(setUpBrowser("optional", { ...tools, find })).rejects.toThrow("boom");
});
