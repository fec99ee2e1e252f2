/**
 * The failure in what a call of own code resolves to. HTTP clients hand over answers in many
 * shapes: as they are, in a list, in an object beside other things, settled, or as data and error
 * side by side. Looked at to a bounded depth; what a value of foreign code does meanwhile, such as
 * throwing from a getter, is not a failure of the call.
 */
import { describeAnyError } from "../../clients/application.ts";
import type { ClientErrorDescription } from "../../clients/client.ts";
import { contentsOf, readField } from "../../core/foreign-value.ts";
import { isError } from "../../core/thrown.ts";
import { clientErrors } from "../../rules/model/shown-tokens.ts";
import { programFailureIn } from "./program-failure.ts";

type Describe = (error: unknown) => ClientErrorDescription | undefined;

/** How many objects may be around an answer: `{ orders: { response } }`. Lists do not count. */
const LEVELS = 2;

/** How many values are looked at in all, and in one object or list. */
const VALUES_MAX = 1_000;

/** The failure that a result shows by itself; undefined for a success. */
export function failureIn(result: unknown, describe: Describe): ClientErrorDescription | undefined {
  const seen = new Set<unknown>();
  let level: Found[] = [{ value: result, isOuter: true, isResult: true }];
  for (let depth = 0; depth <= LEVELS && level.length > 0; depth += 1) {
    const next: Found[] = [];
    // Lists are looked through on the level on which they are, so this array grows.
    for (const found of level) {
      const { value, isOuter } = found;
      if (typeof value !== "object" || value === null || seen.has(value)) continue;
      if (seen.size >= VALUES_MAX) return undefined;
      seen.add(value);
      const failure = failureOf(found, describe);
      if (failure !== undefined) return failure;
      if (isList(value)) level.push(...within(value, { isOuter }));
      else if (readField(value, "status") === "fulfilled")
        level.push({ value: readField(value, "value"), isOuter, isResult: isOuter });
      // The status of an answer says all: its body and its request are not looked at.
      else if (statusOf(value, { isOuter }) === undefined)
        next.push(...within(value, { isOuter: false }));
    }
    level = next;
  }
  return undefined;
}

/** A value in a result. */
interface Found {
  readonly value: unknown;
  /** Whether it is the result itself, or in a list that is the result. */
  readonly isOuter: boolean;
  /** Whether it is what a call has resolved to. A record in a list, such as a job that failed, may have an error of its own. */
  readonly isResult: boolean;
}

function within(value: object, { isOuter }: Pick<Found, "isOuter">): readonly Found[] {
  return contentsOf(value, VALUES_MAX).map((one) => ({
    value: one,
    isOuter,
    isResult: false,
  }));
}

function isList(value: unknown): value is object {
  try {
    return Array.isArray(value) || value instanceof Map || value instanceof Set;
  } catch {
    return false;
  }
}

function failureOf(
  { value, isOuter, isResult }: Found,
  describe: Describe,
): ClientErrorDescription | undefined {
  const error = errorIn(value);
  if (error !== undefined) return describe(error) ?? describeAnyError(error);
  const program = programFailureIn(value);
  if (program !== undefined) return notASuccess(program.code, program.message);
  const status = statusOf(value, { isOuter });
  if (status !== undefined && status >= 400) {
    const failure = notASuccess(`http_${status}`, `the call resolved to an HTTP answer ${status}`);
    const name = clientErrorShownIn(value);
    return name === undefined ? failure : { ...failure, name };
  }
  const listed = listedErrorIn(status === undefined ? value : bodyOf(value));
  if (listed !== undefined) return besideData(listed, describe);
  if (!isResult || status !== undefined) return undefined;
  const beside = readField(value, "error");
  if (beside !== undefined && beside !== null && beside !== false && beside !== "")
    return besideData(beside, describe);
  const says = signsOfFailure.find(([name, sign]) => readField(value, name) === sign);
  if (says === undefined) return jsendFailureIn(value);
  const [name, sign] = says;
  return notASuccess("unsuccessful", `the call resolved to an object with ${name}: ${sign}`);
}

/** Fields by which results of calls say that they failed: of many APIs, of TanStack Query, and of the `Either`, `Result` and `Exit` of fp-ts and Effect. */
const signsOfFailure = [
  ["ok", false],
  ["success", false],
  ["isSuccess", false],
  ["isError", true],
  ["_tag", "Left"],
  ["_tag", "Failure"],
] as const;

/** `error` and `fail` of JSend; a record with an id and a status of those words is none. */
function jsendFailureIn(value: unknown): ClientErrorDescription | undefined {
  const status = readField(value, "status");
  if ((status !== "error" && status !== "fail") || !hasOnly(value, jsendFields)) return undefined;
  const message = readField(value, "message");
  if (status === "error" && typeof message !== "string") return undefined;
  const text = typeof message === "string" ? message : "the call resolved to a failure of JSend";
  return notASuccess("unsuccessful", text);
}

const jsendFields: ReadonlySet<string> = new Set(["status", "data", "message", "code"]);

/** The error of a sign-in library with which an answer was made: Express shows the stack of what a handler threw, unless it is in production. */
function clientErrorShownIn(answer: unknown): string | undefined {
  for (const name of ["text", "body", "data"]) {
    const text = readField(answer, name);
    if (typeof text !== "string") continue;
    const [, shown = ""] = EXPRESS_ERROR.exec(text.slice(0, TEXT_MAX)) ?? [];
    if (clientErrors.has(shown)) return shown;
  }
  return undefined;
}

const EXPRESS_ERROR = /<pre>(\w{1,60})[:<]/;
const TEXT_MAX = 10_000;

/** An error that a result has beside its data: an `Error`, an object with a code and a message, or a text. */
function besideData(error: unknown, describe: Describe): ClientErrorDescription {
  if (isError(error)) return describe(error) ?? describeAnyError(error);
  const [code, message] = ["code", "message"].map((name) => readField(error, name));
  const text = [message, error].find((one) => typeof one === "string");
  return notASuccess(
    typeof code === "string" && /^\w[\w.-]{0,60}$/.test(code) ? code : "unsuccessful",
    text ?? "the call resolved to an object with an error",
  );
}

/** The description of a result that stands for a failure. */
export function notASuccess(code: string, message: string): ClientErrorDescription {
  return { name: "UnsuccessfulResult", code, message, interactionRequired: false };
}

/** An error that was returned instead of thrown, or that `Promise.allSettled` has collected. */
function errorIn(value: unknown): unknown {
  if (isError(value)) return value;
  const status = readField(value, "status");
  if (status === "rejected")
    return readField(value, "reason") ?? new Error("rejected without a reason");
  // What `Response.error()` makes.
  const isFailed = status === 0 && readField(value, "type") === "error";
  return isFailed ? new Error("the request failed") : undefined;
}

/**
 * The HTTP status of an answer: `status` of fetch, ky, axios, supertest and Azure Functions,
 * `statusCode` of Node, got and undici, `status()` of Playwright, and `:status` among the headers of
 * HTTP/2. Inside a result only of what has headers or a body, too, since many things have a status.
 * A text of digits is one under `statusCode`, which nothing else is called by, and beside headers,
 * as Azure's REST clients have it.
 */
function statusOf(value: unknown, { isOuter }: Pick<Found, "isOuter">): number | undefined {
  const ofHeaders = readField(value, ":status");
  const hasHeaders = readField(value, "headers") !== undefined;
  const isAnswer = hasHeaders || readField(value, "body") !== undefined;
  if (!isOuter && ofHeaders === undefined && !isAnswer) return undefined;
  const status = readField(value, "status");
  const candidates = [
    ofHeaders,
    typeof status === "function" ? callOn(value, status) : hasHeaders ? numberIn(status) : status,
    numberIn(readField(value, "statusCode")),
  ];
  return candidates.find(
    (one): one is number => Number.isInteger(one) && Number(one) >= 100 && Number(one) <= 599,
  );
}

function numberIn(code: unknown): unknown {
  return typeof code === "string" && /^\d{3}$/.test(code) ? Number(code) : code;
}

function callOn(value: unknown, method: unknown): unknown {
  try {
    return (method as (this: unknown) => unknown).call(value);
  } catch {
    return undefined;
  }
}

/** The parsed body of an answer of axios, or of supertest and got. */
function bodyOf(answer: unknown): unknown {
  return readField(answer, "data") ?? readField(answer, "body");
}

/** The first error in an answer of GraphQL, which may come with a status 200, or of JSON:API. */
function listedErrorIn(value: unknown): unknown {
  const errors = readField(value, "errors");
  if (!isList(errors)) return undefined;
  const [first] = contentsOf(errors, 1);
  const hasText = (...names: string[]): boolean =>
    names.some((name) => typeof readField(first, name) === "string");
  if (hasOnly(value, graphQLFields) && hasText("message")) return first;
  if (!hasOnly(value, jsonApiFields) || !hasText("title", "detail")) return undefined;
  return {
    code: readField(first, "code"),
    message: readField(first, "detail") ?? readField(first, "title"),
  };
}

/** Whether an object has these fields and no others: reports and forms have errors, too. */
function hasOnly(value: unknown, names: ReadonlySet<string>): boolean {
  try {
    return Object.keys(value as object).every((key) => names.has(key));
  } catch {
    return false;
  }
}

/** Of an answer. Source: GraphQL specification, section 7.1. */
const graphQLFields: ReadonlySet<string> = new Set(["data", "errors", "extensions"]);

/** Of an answer with errors, which has no data. Source: JSON:API 1.1, section 7.1. */
const jsonApiFields: ReadonlySet<string> = new Set(["errors", "jsonapi", "links", "meta"]);
