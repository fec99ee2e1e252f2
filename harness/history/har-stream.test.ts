/** A HAR that is read entry by entry is what it is when it is read as a whole. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { throttledDaemon } from "../../test/support/history.ts";
import { fromHar, fromHarFile, toHar } from "./har.ts";
import { streamHar } from "./har-stream.ts";

let file = "";
beforeAll(() => {
  file = join(mkdtempSync(join(tmpdir(), "brownout-har-")), "a.har");
});
afterAll(() => rmSync(join(file, ".."), { recursive: true }));

/** What is read of that text, in pieces of `chunkBytes`. */
async function streamed(text: string, chunkBytes = 3) {
  writeFileSync(file, text);
  const entries: unknown[] = [];
  const { log } = await streamHar(
    file,
    "a.har",
    ({ json }) => void entries.push(JSON.parse(json ?? "null")),
    chunkBytes,
  );
  return { ...log, entries };
}

describe("a HAR that is read entry by entry", () => {
  it("has the log and the entries of any JSON", async () => {
    // What looks like the structure of a HAR, in strings and deeper down.
    const words = fc.oneof(
      fc.string(),
      fc.constantFrom('"]}', "\\", "entries", "log", "é€😀", ","),
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        words,
        fc.integer(),
        fc.constantFrom(null, true),
        fc.array(tie("any"), { maxLength: 4 }),
        fc.dictionary(words, tie("any"), { maxKeys: 4 }),
      ),
    })).any;
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(words, value, { maxKeys: 3 }),
        fc.dictionary(words, value, { maxKeys: 3 }),
        fc.array(value, { maxLength: 5 }),
        fc.constantFrom(undefined, 1, "\t"),
        fc.integer({ min: 1, max: 64 }),
        async (before, after, entries, indent, chunkBytes) => {
          const {
            log: _,
            entries: __,
            ["__proto__"]: ___,
            ...own
          } = { ...before } as Record<string, unknown>;
          const {
            log: ____,
            entries: _____,
            ["__proto__"]: ______,
            ...more
          } = { ...after } as Record<string, unknown>;
          const har = { ...own, log: { ...own, entries, ...more } };
          const text = JSON.stringify(har, null, indent);
          const { log } = JSON.parse(text) as { log: object };
          expect(await streamed(text, chunkBytes)).toEqual(log);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("is read as a whole file is, ours and another tool's, with a byte order mark", async () => {
    const history = throttledDaemon();
    const ours = toHar(history);
    const foreign = JSON.stringify({
      log: { ...(JSON.parse(ours) as { log: object }).log, _brownout: undefined },
    });
    for (const text of [ours, foreign, `\uFEFF${foreign}`]) {
      writeFileSync(file, text);
      const read = await fromHarFile(file, "a.har");
      expect(read).toEqual(await fromHar(text, "a.har"));
      expect(read.events.length).toBeGreaterThan(3);
    }
  });

  it.each([
    ['{"log":{"entries":[{"request":{"url":null}},', "the file is cut off"],
    ['{"log":{"entries":[{"a":"', "the file is cut off"],
    ['{"log":{"entries":[nonsense]}}', "log.entries[0]"],
    ['{"log":{"entries":[{"request":{"url":null}}]}} trailing', "expected JSON"],
    ['{"log":{"entries":{}}}', "expected an array"],
    ["[]", "expected an object with a log"],
    ["", "a.har"],
  ])("is refused with its place: %s", async (text, said) => {
    writeFileSync(file, text);
    const refused = (await fromHarFile(file, "a.har").catch((error: unknown) => error)) as Error;
    expect(refused).toMatchObject({ code: "bad-har", place: expect.stringContaining("a.har") });
    expect(`${refused.message} ${(refused as Error & { place: string }).place}`).toContain(said);
  });
});
