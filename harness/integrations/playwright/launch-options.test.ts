import { afterEach, describe, expect, it, vi } from "vitest";
import { launchArguments } from "../../browser/launch/launch-arguments.ts";
import { launchOptionsFor, trustsSimulator } from "./launch-options.ts";

afterEach(() => vi.unstubAllEnvs());

const requested = { launchOptions: {}, browserName: "chromium", channel: undefined } as const;

describe("the browser of a suite", () => {
  it("is the one that Brownout finds, with our arguments before the suite's own", async () => {
    vi.stubEnv("BROWNOUT_BROWSER", process.execPath);
    const launchOptions = { args: ["--mine"], slowMo: 5 };
    expect(await launchOptionsFor({ ...requested, launchOptions })).toEqual({
      slowMo: 5,
      executablePath: process.execPath,
      args: [...launchArguments(), "--mine"],
    });
  });

  it("is the suite's own when it gives a path or a channel", async () => {
    vi.stubEnv("BROWNOUT_BROWSER", "/nowhere/chrome");
    const named = { ...requested, launchOptions: { executablePath: "/usr/bin/mine" } };
    expect((await launchOptionsFor(named)).executablePath).toBe("/usr/bin/mine");
    const channels = [
      { ...requested, channel: "msedge" },
      { ...requested, launchOptions: { channel: "chrome" } },
    ];
    for (const one of channels)
      expect((await launchOptionsFor(one)).executablePath).toBeUndefined();
    await expect(launchOptionsFor(requested)).rejects.toMatchObject({ code: "no-browser" });
  });

  it("must be Chromium", async () => {
    await expect(launchOptionsFor({ ...requested, browserName: "webkit" })).rejects.toMatchObject({
      code: "bad-usage",
      place: "browserName",
    });
  });

  it("trusts the simulator when our arguments are among those of the suite", () => {
    expect(trustsSimulator({})).toBe(false);
    expect(trustsSimulator({ args: ["--disable-gpu"] })).toBe(false);
    expect(trustsSimulator({ args: ["--disable-gpu", ...launchArguments()] })).toBe(true);
  });
});
