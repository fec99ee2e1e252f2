/** What a test gives the functions of `entra`, and what is wrong with it: one sentence with what was found and expected. */
import { describe, expect, it } from "vitest";
import { useEntra } from "../vitest.ts";

const entra = useEntra();
const GRAPH = "https://graph.microsoft.com/v1.0/me";

/** As code without types calls it. */
type Loose = (...values: readonly unknown[]) => unknown;
const calls = (name: string): Loose =>
  ({
    note: entra.note,
    api: entra.api,
    clear: entra.clear,
    requests: entra.requests,
    faults: entra.faults,
    "clock.advance": entra.clock.advance,
    "clock.settle": entra.clock.settle,
  })[name] as Loose;

const cyclic: Record<string, unknown> = {};
cyclic["self"] = cyclic;

describe("entra refuses", () => {
  it.each<[name: string, values: readonly unknown[], message: RegExp]>([
    ["note", [], /^note: expected a text, got nothing/],
    ["note", [7], /^note: expected a text, got a number \(7\)/],
    ["note", [{ at: 1 }], /^note: expected a text, got an object/],
    ["api", [], /^api: expected an address of a protected API, got nothing\n {2}Write the whole/],
    ["api", [{ url: GRAPH }, {}], /^api: expected an address of a protected API, got an object/],
    ["api", ["graph", {}], /^api: expected an address of a protected API, got "graph"/],
    ["api", [GRAPH], /^api: expected an object with the data, got nothing/],
    ["api", [GRAPH, "name"], /^api: expected an object with the data, got "name"/],
    ["api", [GRAPH, null], /^api: expected an object with the data, got null/],
    ["api", [GRAPH, () => ({})], /^api: expected an object with the data, got a function/],
    ["api", [GRAPH, cyclic], /^api: expected data that can be written as JSON/],
    ["api", [GRAPH, { id: 1n }], /^api: expected data that can be written as JSON/],
    [
      "clear",
      [["a"]],
      /^clear: expected ids of faults, got an array\n {2}Write clear\(\.\.\.ids\)/,
    ],
    ["clear", [undefined], /^clear: expected ids of faults, got nothing/],
    ["clear", ["a"], /^clear: there was no fault "a"/],
    ["clock.advance", [], /^clock\.advance: expected a duration, got nothing\n {2}Write "90s"/],
    ["clock.advance", [{ hours: 1 }], /^clock\.advance: expected a duration, got an object/],
    ["clock.advance", [[1]], /^clock\.advance: expected a duration, got an array/],
    ["clock.advance", [NaN], /^clock\.advance: NaN is not a whole number of milliseconds/],
    ["clock.advance", [-1], /^clock\.advance: -1 is not a whole number of milliseconds/],
    ["clock.settle", [], /^clock\.settle: expected a promise, got nothing/],
    [
      "clock.settle",
      [async () => 1],
      /^clock\.settle: expected a promise, got a function\n {2}Call it: clock\.settle\(load\(\)\)/,
    ],
    ["requests", ["token"], /^requests: expected an object, got "token"/],
    ["requests", [null], /^requests: expected an object, got null/],
    ["faults", [], /^faults: expected an array/],
  ])("%s of %o", async (name, values, message) => {
    const thrown = await new Promise<unknown>((resolve, reject) => {
      try {
        Promise.resolve(calls(name)(...values)).then(
          (value) => reject(new Error(`it accepted it: ${String(value)}`)),
          resolve,
        );
      } catch (error) {
        resolve(error);
      }
    });
    expect(thrown).toMatchObject({ name: "HarnessError", message: expect.stringMatching(message) });
  });
});

it("entra accepts the rest", async () => {
  entra.note("");
  entra.api(GRAPH, { name: "Ada" });
  entra.api(GRAPH, []);
  entra.clear();
  await entra.clock.advance(0);
  expect(await entra.clock.settle(Promise.resolve(1))).toBe(1);
  expect(entra.requests({})).toEqual([]);
});
