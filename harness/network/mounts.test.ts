import { describe, expect, it } from "vitest";
import { mountNames } from "./mount-names.ts";
import { isMountName, loadMount } from "./mounts.ts";

describe("mounts", () => {
  it("are found by their names", async () => {
    expect((await loadMount("direct")).name).toBe("direct");
    expect((await loadMount("https")).name).toBe("https");
    expect(mountNames.every(isMountName)).toBe(true);
  });

  it("name the nearest for a name that is none", async () => {
    await expect(loadMount("htps")).rejects.toMatchObject({
      code: "unknown-mount",
      place: "htps",
      hint: 'Did you mean "https"?',
    });
  });

  it("keep nock out of a process that has msw", async () => {
    await loadMount("msw");
    await expect(loadMount("nock")).rejects.toMatchObject({ code: "bad-usage" });
  });
});
