/** Which channel gets which change, and how often. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Night, nightly, type Signs } from "../../../test/support/archive.ts";
import { type Archive, openArchive } from "./database.ts";

let archive: Archive;
let night: (one: Night | Signs) => readonly string[];
beforeEach(() => {
  archive = openArchive(":memory:");
  night = nightly(archive);
});
afterEach(() => archive.close());

const line = { job: "nightly", branch: "main" };
const bad = { a: { backoff: "x" } } as const;
const good = { a: {} } as const;

describe("channels", () => {
  const kinds = (channel: string) =>
    archive.pending(channel, line).map(({ detail }) => detail.kind);

  it("get each change once, each for itself", () => {
    night(bad);
    const pending = archive.pending("one", line);
    archive.recordDelivered("one", pending);
    expect([kinds("one"), kinds("two")]).toEqual([[], ["new"]]);
    archive.recordFailed("two", archive.pending("two", line), "503");
    night(good);
    expect([kinds("one"), kinds("two")]).toEqual([["fixed"], ["new", "fixed"]]);
  });

  it("that are new get what is open, and not what was over before", () => {
    for (const one of [bad, good, { a: { hang: "x" } }, { a: { hang: "x" } }] as const) night(one);
    expect(archive.pending("late", line).map(({ subject }) => subject.rule)).toEqual(["hang"]);
    expect(archive.pending("late", { job: "other", branch: "" })).toEqual([]);
  });

  it("that take nothing for three runs are reported on the others, once", () => {
    kinds("well");
    for (const one of [bad, bad, bad, bad]) {
      night(one);
      // Two attempts in one run.
      for (let attempt = 0; attempt < 2; attempt += 1)
        archive.recordFailed("dead", archive.pending("dead", line), "503");
    }
    expect(kinds("dead")).toEqual(["new"]);
    expect(kinds("well")).toEqual(["new", "channel-down"]);
    archive.recordDelivered("well", archive.pending("well", line));
    night(bad);
    archive.recordFailed("dead", archive.pending("dead", line), "503");
    expect(kinds("well")).toEqual([]);
  });
});
