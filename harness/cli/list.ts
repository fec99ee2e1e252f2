/** `brownout list`: the names that other commands take, with what they stand for. */
import { rules } from "../check/rules.ts";
import { clientNames, listScenarios } from "../library.ts";
import { mountNames } from "../mount/mount.ts";
import { createPaint } from "../report/terminal.ts";
import type { Arguments, Options } from "./arguments.ts";
import type { Io } from "./io.ts";

/** The options of `brownout list`. */
export const listOptions = {
  json: { says: "print JSON, with the story of each scenario" },
} as const satisfies Options;

/** Prints scenarios, clients, mounts and rules; returns the exit code. */
export function listCommand({ values }: Arguments<typeof listOptions>, io: Io): number {
  if (values.json !== undefined) {
    io.stdout.write(`${JSON.stringify(catalogue(), null, 2)}\n`);
    return 0;
  }
  const paint = createPaint(io.stdout, io.environment);
  const { scenarios, clients, mounts, rules: known } = catalogue();
  const sections: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
    ["Scenarios", scenarios.map(({ name, title }) => [name, title])],
    ["Clients", clients.map((name) => [name, ""])],
    ["Mounts", mounts.map((name) => [name, ""])],
    ["Rules", known.map(({ id, says }) => [id, says])],
  ];
  for (const [title, rows] of sections) {
    const width = Math.max(0, ...rows.map(([name]) => name.length));
    io.stdout.write(`${paint("bold", title)}\n`);
    for (const [name, says] of rows) {
      io.stdout.write(`${`  ${name.padEnd(width)}  ${says}`.trimEnd()}\n`);
    }
    io.stdout.write("\n");
  }
  return 0;
}

function catalogue() {
  return {
    schema: "brownout/list/1",
    scenarios: listScenarios().map(({ name, title, needs, asserts, story }) => ({
      name,
      title,
      needs,
      asserts,
      story,
    })),
    clients: clientNames,
    mounts: mountNames,
    rules: rules.map(({ id, says, source, fix }) => ({ id, says, source, fix })),
  };
}
