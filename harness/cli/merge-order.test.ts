import { describe, expect, it } from "vitest";
import { throttledDaemon } from "../../test/support/history.ts";
import { parseShard } from "../reporting/files/shard.ts";
import { type Folder, inOrder } from "./merge-order.ts";
import { runName, takePart } from "./selection.ts";

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
    const merged = inOrder(parts);
    expect(merged.map(({ name }) => name)).toEqual(whole);
    expect(merged.map(({ kind }) => kind)).toEqual(["done", "done", "failed", "done", "done"]);
  });

  it("know a run that failed by its client, also when that was named with a version", () => {
    const clients = [runName("a", "bare-fetch"), runName("a", "msal-node")];
    const failed = { "a--msal-node": "msal-node@7.2" };
    const parts = [1, 2].map((part) => shardOf(clients, { part, of: 2 }, failed));
    expect(inOrder(parts).map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      "done a--bare-fetch",
      "failed a--msal-node",
    ]);
  });

  it("that are more than the runs are empty, and fit", () => {
    const parts = [1, 2, 3].map((part) => shardOf(["a--x"], { part, of: 3 }));
    expect(inOrder(parts)).toHaveLength(1);
  });

  it("that do not have the runs that were dealt to them are refused", () => {
    const [first, second] = [1, 2].map((part) => shardOf(whole, { part, of: 2 }));
    if (first === undefined || second === undefined) throw new Error("two parts");
    const { results } = second;
    const fewer = { ...second, results: { ...results, runs: results.runs.slice(1) } };
    expect(() => inOrder([first, fewer])).toThrow(
      expect.objectContaining({
        place: "part-2",
        message: "it lacks a--x, which is of shard 2/2",
      }),
    );
    const other = shardOf([...whole, "e--x"], { part: 2, of: 2 });
    const more = { ...other, shard: { ...other.shard, ...second.shard } } as Folder;
    expect(() => inOrder([first, more])).toThrow(
      expect.objectContaining({
        place: "part-2",
        message: "it has the run e--x, which is not of shard 2/2",
      }),
    );
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
