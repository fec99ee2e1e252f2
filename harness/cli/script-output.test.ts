import { expect, it } from "vitest";
import type { RunTask } from "./worker/protocol.ts";
import { createScriptOutput } from "./script-output.ts";

function taskOf(scenario: string): RunTask {
  return { scenario, mount: "direct", seed: "1", journalFile: `/out/${scenario}.jsonl` };
}

it("prints whole lines under the scenario's name, which is repeated when the scenario changes", () => {
  const lines: string[] = [];
  const output = createScriptOutput({
    line: (text) => void lines.push(text),
    nameOf: ({ scenario }) => scenario,
  });
  const [busy, calm] = [taskOf("busy"), taskOf("calm")];
  output.take("one\ntw", busy);
  output.take("o\r\n\n", busy);
  output.take("three\n", calm);
  output.take("four\nfi", busy);
  output.take("ve", busy);
  expect(lines).toEqual([
    "busy:",
    "  | one",
    "  | two",
    "  |",
    "calm:",
    "  | three",
    "busy:",
    "  | four",
  ]);
  output.end();
  output.end();
  expect(lines.slice(8)).toEqual(["  | five"]);
});
