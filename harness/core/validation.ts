/**
 * Checks what people write (worlds, scenarios, options, baselines) against a zod schema, and
 * reports every problem with its place, what was found, what was expected and the nearest
 * known name. Zod is loaded with the first check: commands that check nothing start without it.
 */
import { createRequire } from "node:module";
import type { core, z } from "zod";
import { HarnessError, type HarnessErrorCode } from "./errors.ts";
import { findUnreadable } from "./find-unreadable.ts";
import {
  describeIssue,
  expected,
  expecting,
  type Problem,
  problemsOf,
  reasonOf,
  writePath,
} from "./validation-messages.ts";

export { expected, expecting };

/** The namespace that schemas are built with: `z` of zod. */
export type Z = typeof z;

/** A schema that is built when it is first asked for. */
export type LazySchema<Schema extends z.ZodType = z.ZodType> = () => Schema;

/** What a schema accepts, as a type: readonly throughout, and optional fields without `undefined`. */
export type TypeOf<Lazy extends LazySchema> = ReadonlyData<z.output<ReturnType<Lazy>>>;

/** `Data` with every field and array readonly; an optional field is absent rather than `undefined`. */
export type ReadonlyData<Data> = Data extends (...parameters: never[]) => unknown
  ? Data
  : Data extends readonly (infer Entry)[]
    ? readonly ReadonlyData<Entry>[]
    : Data extends object
      ? { readonly [Name in keyof Data]: ReadonlyData<Exclude<Data[Name], undefined>> }
      : Data;

/** Where a value came from, and how its problems are reported. */
export interface ParseOptions {
  /** The name of the value, which paths begin with, such as `world`; empty where the fields have no common name. */
  readonly what: string;
  readonly code: HarnessErrorCode;
  /** The file that the value was read from; default: none, and the path of the problem is the place. */
  readonly place?: string | undefined;
  /** What to do, for problems without a more exact hint. */
  readonly hint?: string;
}

let zod: Z | undefined;

/**
 * Defines a schema without loading zod or building anything until it is called.
 *
 * @example
 * const device = schema((z) => z.strictObject({ name: z.string(), age: z.int().optional() }));
 * type Device = TypeOf<typeof device>;
 * const { name } = parseWith(device, input, { what: "device", code: "bad-world" });
 */
export function schema<Schema extends z.ZodType>(build: (z: Z) => Schema): LazySchema<Schema> {
  let built: Schema | undefined;
  return () => {
    // A function, because imports are evaluated before anybody knows whether something is checked.
    zod ??= (createRequire(import.meta.url)("zod") as { readonly z: Z }).z;
    built ??= build(zod);
    return built;
  };
}

/**
 * Defines the schema of a type that is written out because people meet it in their editor: the
 * compiler refuses the schema when it differs from the type in any field. (Declaration files
 * keep no comments of inferred fields. Where only files hold the data, infer the type: `TypeOf`.)
 *
 * @example
 * const device = schemaOf<Device>()((z) => z.strictObject({ name: z.string() }));
 */
export function schemaOf<Data>() {
  return <Schema extends z.ZodType>(
    build: (z: Z) => Schema & Matching<Data, ReadonlyData<z.output<Schema>>>,
  ): LazySchema<Schema> => schema<Schema>(build);
}

/** Accepts everything when the types are the same, else nothing: the message names the fields. */
type Matching<Wanted, Found> =
  IsSame<Wanted, Found> extends true
    ? unknown
    : { readonly "fields that differ from the type": DifferentFields<Wanted, Found> };

type DifferentFields<Wanted, Found> = {
  [Name in keyof Wanted | keyof Found]: IsSame<
    FieldOf<Wanted, Name>,
    FieldOf<Found, Name>
  > extends true
    ? never
    : Name;
}[keyof Wanted | keyof Found];

/** The field alone, because its being optional counts. */
type FieldOf<Data, Name> = Name extends keyof Data ? Pick<Data, Name> : "absent";

type IsSame<One, Other> =
  (<Any>() => Any extends Flat<One> ? 1 : 2) extends <Any>() => Any extends Flat<Other> ? 1 : 2
    ? true
    : false;

type Flat<Data> = Data extends (...parameters: never[]) => unknown
  ? Data
  : Data extends object
    ? { [Name in keyof Data]: Flat<Data[Name]> }
    : Data;

/**
 * The value as the schema reads it: a copy, of plain objects and arrays.
 *
 * @throws HarnessError with the given code, which lists every problem. Its place is the file,
 *   else the path of the first problem; with a file or several problems, paths are in the message.
 */
export function parseWith<Lazy extends LazySchema>(
  lazy: Lazy,
  value: unknown,
  options: ParseOptions,
): TypeOf<Lazy> {
  const unreadable = findUnreadable(value);
  if (unreadable !== undefined) throw toError([unreadable], options);
  let result: z.ZodSafeParseResult<unknown>;
  try {
    result = lazy().safeParse(value, { error: describeIssue });
  } catch (error) {
    // Only a value that changes while it is read gets here.
    throw toError([{ path: [], message: `cannot be read: ${reasonOf(error)}` }], options);
  }
  if (result.success) return result.data as TypeOf<Lazy>;
  throw toError(problemsOf(result.error.issues), options);
}

/** Reports a problem at a path below the value that is checked, with what to do about it. */
export type ReportProblem = (
  path: readonly (string | number)[],
  message: string,
  hint?: string,
) => void;

/**
 * A check across fields, for the `check` method of a schema. It runs when each field by itself
 * is right.
 *
 * @example
 * const range = schema((z) =>
 *   z.strictObject({ min: z.int(), max: z.int() }).check(
 *     acrossFields<Range>(({ min, max }, report) => {
 *       if (min > max) report(["min"], expected(`a number of at most max (${max})`, min));
 *     }),
 *   ),
 * );
 */
export function acrossFields<Data>(
  check: (value: Data, report: ReportProblem) => void,
): (context: core.ParsePayload<unknown>) => void {
  return (context) =>
    check(context.value as Data, (path, message, hint) => {
      context.issues.push({
        code: "custom",
        input: context.value,
        path: [...path],
        message,
        ...(hint === undefined ? {} : { params: { hint } }),
        // The other problems are reported too.
        continue: true,
      });
    });
}

/** As many problems are listed; the rest is counted. */
const PROBLEMS_SHOWN = 10;

function toError(problems: readonly Problem[], options: ParseOptions): HarnessError {
  const { what, code, place, hint: otherwise } = options;
  const [first] = problems;
  if (first !== undefined && problems.length === 1) {
    const { message, hint = otherwise } = first;
    const path = writePath(what, first.path);
    return new HarnessError(code, place === undefined ? message : `${path}: ${message}`, {
      place: place ?? path,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  const lines = problems.slice(0, PROBLEMS_SHOWN).map(({ path, message, hint }) => {
    return `${writePath(what, path)}: ${message}${hint === undefined ? "" : `. ${hint}`}`;
  });
  const more = problems.length - PROBLEMS_SHOWN;
  if (more > 0) lines.push(`and ${more} more`);
  return new HarnessError(code, `${problems.length} problems:\n  ${lines.join("\n  ")}`, {
    place: place ?? writePath(what, first?.path ?? []),
    ...(otherwise === undefined ? {} : { hint: otherwise }),
  });
}

/** The JSON Schema of what a schema accepts. */
export function jsonSchemaOf(body: LazySchema): object {
  let written: object = {};
  // Only a schema's builder is handed zod.
  schema((z) => {
    written = z.toJSONSchema(body(), { unrepresentable: "any", io: "input" });
    return body();
  })();
  return written;
}
