import { describe, expect, it } from "vitest";
import { throttledDaemon } from "../../test/support/history.ts";
import { HarnessError } from "../core/errors.ts";
import { parseShard } from "../reporting/files/shard.ts";
import { type Folder, inOrder } from "./merge-order.ts";
import { runName } from "./selection.ts";
import { takePart } from "./shard-part.ts";

/** A part of a whole; runs with these clients fail. */
function shardOf(
  whole: readonly string[],
  { part, of }: { readonly part: number; readonly of: number },
  failing: Readonly<Record<string, string>> = {},
): Folder {
  const own = takePart(whole, { part, of });
  const pairs = own.map((name) => [name, name.split("--")] as const);
  const done = pairs.filter(([name]) => failing[name] === undefined);
  return {
    named: `part-${part}`,
    shard: { schema: "brownout/shard/1", part, of, runs: whole },
    results: {
      schema: "brownout/results/1",
      seed: "1",
      brownout: "0.1.0",
      runs: done.map(([, [scenario = "", client = ""]]) => ({
        scenario,
        client: { name: client, version: "1.0.0" },
        mount: "direct",
        verdict: "pass",
        expected: true,
        operations: { ok: 0, fail: 0, unknown: 0 },
        requests: { primary: 0, backup: 0, refused: 0 },
        simulatedMs: 1,
        findings: [],
      })),
      failures: pairs.flatMap(([name, [scenario = ""]]) => {
        const client = failing[name];
        if (client === undefined) return [];
        return [{ scenario, client, mount: "direct", code: "stuck", message: "it hangs" }];
      }),
    },
    journals: new Map(done.map(([name]) => [name, { history: throttledDaemon(), text: name }])),
  };
}

const whole = ["c--x", "a--x", "b--x", "a--y", "d--x"];

describe("shards", () => {
  it("are merged in the order of the runs, in any order of their folders", () => {
    const parts = [3, 1, 2].map((part) => shardOf(whole, { part, of: 3 }, { "b--x": "x" }));
    const { runs: merged, missing } = inOrder(parts);
    expect(missing).toEqual([]);
    expect(merged.map(({ name }) => name)).toEqual(whole);
    expect(merged.map(({ kind }) => kind)).toEqual(["done", "done", "failed", "done", "done"]);
  });

  it("know a run that failed by its client, also when that was named with a version", () => {
    const clients = [runName("a", "bare-fetch"), runName("a", "msal-node")];
    const failed = { "a--msal-node": "msal-node@7.2" };
    const parts = [1, 2].map((part) => shardOf(clients, { part, of: 2 }, failed));
    expect(inOrder(parts).runs.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      "done a--bare-fetch",
      "failed a--msal-node",
    ]);
  });

  it("that are more than the runs are empty, and fit", () => {
    const parts = [1, 2, 3].map((part) => shardOf(["a--x"], { part, of: 3 }));
    expect(inOrder(parts)).toMatchObject({ runs: [{ name: "a--x" }], missing: [] });
    // That the others are not there is no loss.
    expect(inOrder(parts.slice(0, 1)).missing).toEqual([]);
  });

  const shards = (of: number, runs = whole) =>
    Array.from({ length: of }, (_, index) => shardOf(runs, { part: index + 1, of }));
  const lossesIn = (...args: Parameters<typeof inOrder>) =>
    inOrder(...args).missing.map(({ part, of, why, runs }) => `${part}/${of} ${runs} ${why}`);

  it("that do not have the runs that were dealt to them do not count", () => {
    const [first, second] = shards(2) as [Folder, Folder];
    const { results } = second;
    const fewer = { ...second, results: { ...results, runs: results.runs.slice(1) } };
    expect(lossesIn([first, fewer])).toEqual([
      "2/2 2 part-2: it lacks a--x, which is of shard 2/2",
    ]);
    const other = shardOf([...whole, "e--x"], { part: 2, of: 2 });
    const more = { ...other, shard: { ...other.shard, ...second.shard } } as Folder;
    expect(lossesIn([first, more])).toEqual([
      "2/2 2 part-2: it has the run e--x, which is not of shard 2/2",
    ]);
  });

  it("that are lost are named, with their runs, and why", () => {
    const [first, , third] = shards(3) as [Folder, Folder, Folder];
    const planned = whole.map((name) => {
      const [scenario = "", client = ""] = name.split("--");
      return { scenario, client: `${client}@7`, mount: "https" };
    });
    const named = { ...first, shard: { ...first.shard, planned } } as Folder;
    expect(inOrder([named, third])).toMatchObject({
      runs: [{ name: "c--x" }, { name: "b--x" }, { name: "a--y" }],
      missing: [{ part: 2, of: 3, runs: 2, why: "no folder of it was named" }],
      missingRuns: [
        { scenario: "a", client: "x@7", mount: "https", code: "shard-missing" },
        { scenario: "d", client: "x@7", message: expect.stringContaining("shard 2/3 is missing") },
      ],
    });
    const error = new HarnessError("bad-results", "it is cut off", {
      place: "part-2/results.json",
    });
    expect(lossesIn([first, third], [{ named: "part-2", error }])).toEqual([
      "2/3 2 part-2/results.json: it is cut off",
    ]);
    expect(() => inOrder([], [{ named: "part-2", error }])).toThrow("it is cut off");
  });

  it("that are none are put one after the other, and a folder that is no use is a run that was not finished", () => {
    const { shard: _, ...plain } = shardOf(["a--x"], { part: 1, of: 1 });
    const error = new HarnessError("bad-results", "there is no such file", { place: "b" });
    expect(inOrder([plain], [{ named: "b", error }])).toMatchObject({
      runs: [{ name: "a--x" }],
      unusableFiles: [{ scenario: "b", code: "bad-results", message: "there is no such file" }],
    });
  });

  it("of another run, another seed or none do not count, and most decide what the run is", () => {
    const [first, second, third] = shards(3) as [Folder, Folder, Folder];
    const older = shardOf(["z--x", ...whole], { part: 1, of: 3 });
    const seeded = { ...first, results: { ...first.results, seed: "2" } };
    const { shard: _, ...plain } = first;
    for (const odd of [older, seeded, plain]) {
      const { missing } = inOrder([odd, second, third]);
      expect(missing.map(({ part }) => part)).toEqual([1]);
    }
  });

  it("that were run twice count once: the last that is good, and not one that was cut short", () => {
    const [first, second] = shards(2) as [Folder, Folder];
    const damaged = { ...second, named: "part-2-again", journals: new Map() };
    const { missing, runs, leftOut } = inOrder([first, second, damaged]);
    expect([missing, runs.length, leftOut.map(({ named }) => named)]).toEqual([
      [],
      5,
      ["part-2-again"],
    ]);
    const cut = shardOf(whole, { part: 2, of: 2 }, { "a--x": "x" });
    const cancelled = {
      ...cut,
      results: {
        ...cut.results,
        failures: cut.results.failures.map((failure) => ({ ...failure, code: "interrupted" })),
      },
    };
    for (const attempts of [
      [second, cancelled],
      [cancelled, second],
    ])
      expect(inOrder([first, ...attempts]).runs.map(({ kind }) => kind)).not.toContain("failed");
  });
});

describe("shard.json", () => {
  const shard = { schema: "brownout/shard/1", part: 2, of: 3, runs: whole };
  it("is read back", () => {
    expect(parseShard(JSON.stringify(shard), "x")).toEqual(shard);
  });

  it.each([
    [{ part: 0 }],
    [{ part: 4 }],
    [{ part: 1.5 }],
    [{ of: 0 }],
    [{ of: 4_000_000_000 }],
    [{ runs: "a--x" }],
    [{ runs: [1] }],
    [{ schema: "brownout/shard/2" }],
  ])("is refused in one message: %o", (change) => {
    expect(() => parseShard(JSON.stringify({ ...shard, ...change }), "x")).toThrow(
      expect.objectContaining({ code: "bad-results", place: "x" }),
    );
  });
});
