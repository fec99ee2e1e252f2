/** `brownout fleet`: what it prints, what it refuses, and when it exits with 1. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createFolder, type Ended, type Folder } from "./command-line.ts";

vi.setConfig({ testTimeout: 60_000 });

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
});
afterAll(() => folder.remove());

const fleet = (...argv: readonly string[]): Promise<Ended> =>
  folder.main("fleet", "--clients", "2000", "--for", "2h", ...argv);

describe("brownout fleet", () => {
  it("says for each policy when the fleet is back, at what cost, and which sends least", async () => {
    const { code, stdout, stderr } = await fleet();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("2000 clients with tokens of 1h send 0.6 requests a second");
    expect(stdout).toMatch(/^every:10s {2,}1[2-5]m/m);
    expect(stdout).toContain("The least requests with which the fleet comes back: doubling.");
  });

  it("says that none comes back where the queue is unbounded, and what would help", async () => {
    const { stdout } = await fleet("--queue", "unbounded", "--policy", "every:10s,doubling");
    expect(stdout).toMatch(/^every:10s {2,}not in 2h /m);
    expect(stdout).toContain(
      "Under none of these policies does the fleet come back: bound the queue",
    );
    const slots = ["--retry-after", "slots:30m"];
    const helped = await fleet("--queue", "unbounded", "--policy", "every:10s", ...slots);
    expect(helped.stdout).toMatch(/^every:10s {2,}2\dm/m);
  });

  it("exits with 1 when the fleet is not back in time, or never", async () => {
    const inTime = await fleet("--back-within", "20m", "--policy", "doubling");
    const late = await fleet("--back-within", "10m", "--policy", "doubling");
    const never = await fleet(
      "--back-within",
      "20m",
      "--queue",
      "unbounded",
      "--policy",
      "doubling",
    );
    expect([inTime.code, late.code, never.code]).toEqual([0, 1, 1]);
    expect(late.stderr).toContain("Not back within 10m: doubling.");
  });

  it("reads a client's behaviour off runs of it", async () => {
    const { stdout } = await fleet("--client", "bare-fetch", "--policy", "every:10s", "--json");
    const { schema, behaviour, policies } = JSON.parse(stdout);
    expect(schema).toBe("brownout/fleet/1");
    expect(behaviour).toMatchObject({
      name: "bare-fetch 1",
      renewsBeforeMs: 300_000,
      onFailure: { gateway: { holdsMs: 5_000 } },
    });
    expect(policies).toMatchObject([{ policy: "every:10s", clients: 2000, seed: "1" }]);
    const again = await fleet("--client", "bare-fetch", "--policy", "every:10s", "--json");
    expect(again.stdout).toBe(stdout);
  });

  it.each([
    [["--policy", "dubling"], /there is no retry policy "dubling"[^]*Did you mean "doubling"\?/],
    [["--capacity", "many"], /--capacity is "many"[^]*--capacity 2x/],
    [["--token-lifetime", "0s"], /--token-lifetime is 0/],
    [["--outage", "0s"], /--outage is 0/],
    [
      ["--outage-answers", "unavailble"],
      /--outage-answers is "unavailble"[^]*Did you mean unavailable/,
    ],
    [["--client", "msal-nod"], /msal-nod[^]*msal-node/],
    [["--client", "node-saml"], /node-saml/],
    [["doubling"], /fleet takes no names, found "doubling"/],
  ])("%j is refused with exit code 2", async (argv, message) => {
    const { code, stdout, stderr } = await fleet(...argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });
});
