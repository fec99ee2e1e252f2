import { describe, expect, it } from "vitest";
import { HarnessError } from "../core/errors.ts";
import { parseJournal, writeJournal } from "./journal.ts";
import { historyOf, throttledDaemon } from "../../test/support/history.ts";

const whole = writeJournal(throttledDaemon());

function errorOf(text: string): HarnessError {
  try {
    parseJournal(text, "a.jsonl");
  } catch (error) {
    if (error instanceof HarnessError) return error;
    throw error;
  }
  throw new Error("the journal was accepted");
}

/** The journal with one line changed; lines count from 1. */
function withLine(line: number, change: (text: string) => string): string {
  return whole
    .split("\n")
    .map((text, index) => (index + 1 === line ? change(text) : text))
    .join("\n");
}

describe("a journal", () => {
  it("is read back as the history that was written", () => {
    expect(parseJournal(whole, "a.jsonl")).toEqual(throttledDaemon());
  });

  it("has the header first, an event on each line, and a line feed at its end", () => {
    const lines = whole.split("\n");
    expect(lines).toHaveLength(throttledDaemon().events.length + 2);
    expect(lines[0]).toMatch(/^\{"schema":"brownout\/journal\/1","brownout":"0.1.0","scenario":/);
    expect(lines[1]).toMatch(/^\{"index":0,"at":1772438400000,"kind":"fault-began"/);
    expect(lines.at(-1)).toBe("");
  });

  it("is the same text for fields in any order", () => {
    const { header, events } = throttledDaemon();
    const turned = Object.fromEntries(Object.entries(header).toReversed()) as typeof header;
    expect(writeJournal({ header: turned, events })).toBe(whole);
    expect(writeJournal(parseJournal(whole, "a.jsonl"))).toBe(whole);
  });

  it("may lack its last line feed, and have Windows' line ends or a byte order mark", () => {
    const history = throttledDaemon();
    expect(parseJournal(whole.trimEnd(), "a.jsonl")).toEqual(history);
    expect(parseJournal(whole.replaceAll("\n", "\r\n"), "a.jsonl")).toEqual(history);
    expect(parseJournal(`\uFEFF${whole}`, "a.jsonl")).toEqual(history);
  });

  it("may be of a run in which nothing happened", () => {
    const empty = historyOf([]);
    expect(parseJournal(writeJournal(empty), "a.jsonl")).toEqual(empty);
  });
});

describe("a broken journal is refused with the line of the problem", () => {
  it.each<[string, string, string, RegExp, RegExp]>([
    ["nothing at all", "", "a.jsonl", /empty/, /header/],
    ["a cut last line", whole.slice(0, -20), "a.jsonl:14", /cut off/, /run the scenario again/],
    ["a cut header", whole.slice(0, 30), "a.jsonl:1", /cut off/, /again/],
    [
      "a line that is not JSON",
      withLine(3, () => "{oops"),
      "a.jsonl:3",
      /expected JSON/,
      /an event on each line/,
    ],
    ["an empty line", withLine(3, () => ""), "a.jsonl:3", /expected JSON/, /an event on each line/],
    [
      "another version's schema",
      whole.replace("journal/1", "journal/9"),
      "a.jsonl:1",
      /"brownout\/journal\/9"/,
      /Another version/,
    ],
    [
      "results.json",
      '{"totals":{}}\n',
      "a.jsonl:1",
      /in the first line, got nothing/,
      /Is it a journal/,
    ],
    ["an array", "[]\n", "a.jsonl:1", /in the first line, got nothing/, /Is it a journal/],
    [
      "a header without its seed",
      withLine(1, (text) => text.replace('"seed":"1",', "")),
      "a.jsonl:1",
      /^seed of the header: expected a string, got nothing$/,
      /again/,
    ],
    [
      "an unknown kind",
      withLine(2, (text) => text.replace("fault-began", "fault-begun")),
      "a.jsonl:2",
      /expected a known kind of event, got "fault-begun"/,
      /Did you mean fault-began/,
    ],
    ["an event without kind", withLine(2, () => "7"), "a.jsonl:2", /got nothing/, /There are/],
    [
      "a wrong type",
      withLine(5, (text) => text.replace('"status":429', '"status":"429"')),
      "a.jsonl:5",
      /end\.status of the exchange-ended: expected a whole number from 0 on, got "429"/,
      /again/,
    ],
    [
      "an outcome without its other field",
      withLine(6, (text) => text.replace('"outcome":"fail"', '"outcome":"unknown"')),
      "a.jsonl:6",
      /reason of the operation-completed: expected one of "run-ended", "caller-timeout", "never-ends", got nothing/,
      /again/,
    ],
    [
      "a lost line",
      whole.split("\n").toSpliced(3, 1).join("\n"),
      "a.jsonl:4",
      /expected the index 2, got 3/,
      /missing, repeated/,
    ],
    [
      "a time before the one above",
      withLine(10, (text) => text.replace(/"at":\d+/, '"at":1772438400001')),
      "a.jsonl:10",
      /expected a time from/,
      /out of order/,
    ],
    [
      "an end without a beginning",
      withLine(5, (text) => text.replace('"exchange":1', '"exchange":9')),
      "a.jsonl:5",
      /exchange 9 ends, but it never began/,
      /missing/,
    ],
  ])("%s", (_, text, place, message, hint) => {
    const error = errorOf(text);
    expect(error.code).toBe("bad-journal");
    expect(error.place).toBe(place);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });
});
