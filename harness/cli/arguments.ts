/**
 * Reads the arguments of one command. Node's `parseArgs` cuts them up; what is wrong with
 * them is said here, with the nearest right name, as one message and exit code 2.
 */
import { parseArgs } from "node:util";
import { HarnessError, nearestNames, suggestNames } from "../core/errors.ts";

/** The options of a command by long name; `value` names what follows, absent for a switch. */
export type Options = Readonly<Record<string, Option>>;

interface Option {
  readonly value?: string;
  readonly says: string;
  /** What to do instead, where the command does not take an option that others have: it is refused, and not in the help. */
  readonly refused?: string;
}

/** What was given: the value of an option, or true for a switch. */
export interface Arguments<O extends Options> {
  readonly values: {
    readonly [Name in keyof O]?: O[Name] extends { readonly value: string } ? string : true;
  };
  readonly positionals: readonly string[];
}

/** Options that every command takes. */
export const commonOptions = {
  help: { says: "say what the command does" },
  debug: { says: "print stack traces" },
} as const satisfies Options;

/** Throws `bad-usage` for what the command does not know, for a value too many or too few. */
export function readArguments<O extends Options>(
  command: string,
  argv: readonly string[],
  options: O,
): Arguments<O & typeof commonOptions> {
  const known: Options = { ...options, ...commonOptions };
  const { tokens, positionals } = cutUp(argv, known);
  const values: Record<string, string | true> = {};
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const option = known[token.name];
    if (option === undefined) throw unknownOption(token.rawName, command, taken(known));
    if (option.refused !== undefined) {
      throw new HarnessError(
        "bad-usage",
        `"${command}" has no option ${token.rawName}: ${option.says}`,
        {
          hint: option.refused,
        },
      );
    }
    if (values[token.name] !== undefined) throw bad(`${token.rawName} is given twice`, command);
    values[token.name] =
      option.value === undefined
        ? withoutValue(token, command)
        : valueOf(token, { command, wanted: option.value });
  }
  return { values, positionals } as unknown as Arguments<O & typeof commonOptions>;
}

/** What can be read of arguments that `readArguments` refuses: options that the command has, with a value where they need one. Never throws. */
export function readWhatIsKnown<O extends Options>(
  argv: readonly string[],
  options: O,
): Arguments<O & typeof commonOptions> {
  const known: Options = { ...options, ...commonOptions };
  const { tokens, positionals } = cutUp(argv, known);
  const values: Record<string, string | true> = {};
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const [option, { value = "" }] = [known[token.name], token];
    if (option === undefined) continue;
    if (option.value === undefined) values[token.name] = true;
    else if (value !== "" && !value.startsWith("-")) values[token.name] = value;
  }
  return { values, positionals } as unknown as Arguments<O & typeof commonOptions>;
}

function cutUp(argv: readonly string[], known: Options) {
  return parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(known).map(([name, { value }]) => [
        name,
        {
          type: value === undefined ? ("boolean" as const) : ("string" as const),
          ...(name === "help" ? { short: "h" } : {}),
        },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
}

/** The value of an option that is one of a few words; throws `bad-usage` with the nearest of them for another. */
export function chosenValue<Choice extends string>(
  { command, option }: { readonly command: string; readonly option: string },
  value: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new HarnessError("bad-usage", `--${option} is "${value}"; it is ${choices.join(" or ")}`, {
    hint: suggestNames(value, choices, `See "brownout ${command} --help".`),
  });
}

/** The options as lines of a help text. */
export function optionLines(options: Options): readonly string[] {
  const rows = Object.entries<Option>(taken({ ...options, ...commonOptions })).map(
    ([name, { value, says }]) =>
      [`--${name}${value === undefined ? "" : ` ${value}`}`, says] as const,
  );
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, says]) => `  ${left.padEnd(width)}  ${says}`);
}

function taken(options: Options): Options {
  return Object.fromEntries(
    Object.entries(options).filter(([, { refused }]) => refused === undefined),
  );
}

interface OptionToken {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function withoutValue({ rawName, value }: OptionToken, command: string): true {
  if (value === undefined) return true;
  throw bad(`${rawName} takes no value, found "${value}"`, command);
}

function valueOf(
  { rawName, value, inlineValue }: OptionToken,
  { command, wanted }: { readonly command: string; readonly wanted: string },
): string {
  // An option that follows is more likely a value forgotten than a value meant; -1 is no option.
  const isForgotten =
    value === undefined || value === "" || (!inlineValue && /^-(?!\d)/.test(value));
  if (!isForgotten) return value;
  throw bad(`${rawName} needs a value: ${rawName} ${wanted}`, command);
}

function unknownOption(rawName: string, command: string, known: Options): HarnessError {
  const names = Object.keys(known);
  const near = nearestNames(rawName.replace(/^-+/, ""), names);
  const list = (some: readonly string[]): string => some.map((name) => `--${name}`).join(", ");
  return new HarnessError("bad-usage", `"${command}" has no option ${rawName}`, {
    hint: near.length === 0 ? `It has ${list(names)}.` : `Did you mean ${list(near)}?`,
  });
}

function bad(message: string, command: string): HarnessError {
  return new HarnessError("bad-usage", message, { hint: `See "brownout ${command} --help".` });
}
