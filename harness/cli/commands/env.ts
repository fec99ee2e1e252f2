/** `brownout env`: the variables by which programs reach what `brownout serve` serves. */
import { resolve } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell-word.ts";
import { parseReady } from "../../serve/ready-file.ts";
import { ecosystemNames, variablesFor } from "../../serve/variables.ts";
import type { Arguments, Options } from "../arguments.ts";
import type { Io } from "../io.ts";
import { readTextFile } from "../text-file.ts";

/** The options of `brownout env`. */
export const envOptions = {
  for: { value: ecosystemNames.join("|"), says: "whose variables to print" },
  "ready-file": { value: "FILE", says: "what brownout serve --ready-file FILE wrote" },
  json: { says: "print them as JSON, instead of lines for a shell" },
} as const satisfies Options;

/** Prints them; returns the exit code. */
export function envCommand({ values, positionals }: Arguments<typeof envOptions>, io: Io): number {
  const file = values["ready-file"];
  if (values.for === undefined || file === undefined || positionals.length > 0) {
    throw new HarnessError("bad-usage", "env needs an ecosystem and a ready file", {
      hint: 'eval "$(brownout env --for python --ready-file ready.json)"',
    });
  }
  const ready = parseReady(readTextFile(resolve(io.cwd, file), file), file);
  const { variables, notes } = variablesFor(values.for, ready);
  if (values.json !== undefined) {
    io.stdout.write(`${JSON.stringify(variables, undefined, 2)}\n`);
    return 0;
  }
  for (const note of notes) io.stdout.write(`# ${note}\n`);
  for (const [name, value] of Object.entries(variables))
    io.stdout.write(`export ${name}=${shellWord(value, "linux")}\n`);
  return 0;
}
