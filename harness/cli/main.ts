/**
 * The command line: finds the command, hands it its arguments, and turns every misuse of the
 * harness into one message and exit code 2. The commands are in `cli/`, a file each; only
 * they print.
 */
import { optionLines } from "./arguments.ts";
import type { Io } from "./io.ts";
import { type Command, commands, exitCodes } from "./command-list.ts";
import { HarnessError, suggestNames } from "../core/errors.ts";
import { plainMessageOf } from "../core/explain.ts";
import { textOf } from "../core/thrown.ts";
import { indented, oneLine } from "../reporting/formats/terminal-text.ts";
import { brownoutVersion } from "../core/version.ts";

export { createProcessIo } from "./io.ts";

/** Does what `argv` (without the program's own name) says; resolves to the exit code and never rejects. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    io.stderr.write(errorText(error, { isDebug: argv.includes("--debug") }));
    return 2;
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  if (name === "--version" || name === "-v") {
    io.stdout.write(`${brownoutVersion}\n`);
    return 0;
  }
  if (name === "--help" || name === "-h" || name === "help") {
    io.stdout.write(generalHelp());
    return 0;
  }
  const found = name === undefined ? undefined : commands.get(name);
  if (found === undefined) throw noCommand(name);
  const ownOptions = found.takesAll === undefined ? rest : rest.slice(0, 1);
  const beforeNames = ownOptions.slice(
    0,
    ownOptions.includes("--") ? ownOptions.indexOf("--") : undefined,
  );
  if (beforeNames.includes("--help") || beforeNames.includes("-h")) {
    io.stdout.write(helpOf(found));
    return 0;
  }
  if (beforeNames.includes("--version")) {
    io.stdout.write(`${brownoutVersion}\n`);
    return 0;
  }
  return found.perform(rest, io);
}

function noCommand(name: string | undefined): HarnessError {
  const names = [...commands.keys()];
  const all = `There are ${names.join(", ")}. See "brownout --help".`;
  if (name === undefined)
    return new HarnessError("bad-usage", "no command is given", { hint: all });
  const message = name.startsWith("-")
    ? `a command comes first, found ${name}`
    : `there is no command "${name}"`;
  return new HarnessError("bad-usage", message, { hint: suggestNames(name, names, all) });
}

function generalHelp(): string {
  const rows = [...commands.values()].map(
    ({ usage, does }) => [`brownout ${usage}`, does] as const,
  );
  return [
    "Outage chaos testing for apps that sign in with Microsoft Entra ID.",
    "",
    ...rows.flatMap(([usage, does]) => [`  ${usage}`, `      ${does}`]),
    "",
    'Each command says more with --help. "brownout --version" prints the version.',
    ...exitCodes,
    "",
  ].join("\n");
}

function helpOf({ usage, does, options, exits }: Command): string {
  return [`brownout ${usage}`, `  ${does}`, "", ...optionLines(options), "", ...exits, ""].join(
    "\n",
  );
}

/** One message: where, what, and what to do. A stack trace only for those who ask for it. */
function errorText(error: unknown, { isDebug }: { readonly isDebug: boolean }): string {
  const known = error instanceof HarnessError ? error : undefined;
  const message = indented(known === undefined ? textOf(error) : plainMessageOf(known), "    ");
  const place = known?.place === undefined ? "" : `${oneLine(known.place)}: `;
  const hint =
    known === undefined ? "This is a defect of brownout; --debug shows more." : known.hint;
  const stack = isDebug && error instanceof Error ? error.stack : undefined;
  return [`brownout: ${place}${message}`, hint && `  ${hint}`, stack]
    .filter((line) => line !== undefined && line !== "")
    .map((line) => `${line}\n`)
    .join("");
}
