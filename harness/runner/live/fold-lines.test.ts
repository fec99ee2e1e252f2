import { expect, it } from "vitest";
import { foldLines } from "./fold-lines.ts";

const turn = (number: number): readonly string[] => [
  `+${number}m 1.5s      POST token at login.microsoftonline.com (exchange ${number})`,
  `+${number}m 2s        exchange ${number} is answered: 503 html, by fault outage`,
];
const turns = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => turn(index + 1)).flat();

it("writes one turn of a loop, with the number of repetitions and the time of the last", () => {
  const lines = [
    "+0s          fault outage begins",
    ...turns(20),
    "+1h          all faults are over",
  ];
  expect(foldLines(lines)).toEqual([
    lines[0],
    ...turn(1),
    "… the same 2 lines 19 more times, until +20m 2s",
    lines.at(-1),
  ]);
  const notes = Array.from({ length: 4 }, (_, hour) => `+1d ${hour}h 30m 15s note: a`);
  expect(foldLines(notes)).toEqual([notes[0], "… the same 3 more times, until +1d 3h 30m 15s"]);
});

it("keeps lines that differ in more than time and numbers, and those that come only twice", () => {
  const other = turn(3).map((line) => line.replace("503 html", "429 text"));
  for (const lines of [turns(2), [...turns(2), ...other], []])
    expect(foldLines(lines)).toEqual(lines);
});
