/**
 * What a result of the user's own code says: whether the call did what it was called for, and
 * which token is behind it. HTTP clients disagree on when to throw: `fetch`, undici and supertest
 * resolve to a 503, while axios, got and superagent reject. A result with a status is judged by
 * the line that those draw, so that the verdict does not depend on the client.
 */
import type { ClientErrorDescription, TokenResult } from "../../clients/client.ts";
import { HarnessError } from "../../core/errors.ts";
import { contentsOf, readField } from "../../core/foreign-value.ts";
import { promisesIn, refuseIterator } from "./pending-result.ts";
import { failureIn, notASuccess } from "./result-failure.ts";

/**
 * Options of `operate`.
 *
 * @example
 * await entra.operate("load orders", () => fetch(url), { succeeds: ({ status }) => status === 401 });
 */
export interface OperateOptions<T = unknown> {
  /**
   * Whether a result is what the call was made for; it replaces the default. Default: an HTTP
   * answer with a status from 400, an `Error` that was returned, the result of a program with
   * another exit code than 0, and an object or list with one of them are failures; so are
   * `{ error }`, `{ ok: false }`, `{ success: false }`, `{ isSuccess: false }`,
   * `{ isError: true }`, and `Left` and `Failure` as a `_tag`, unless they are records in a list,
   * and errors of GraphQL, JSON:API and JSend. Everything else is a success. Promises in a list are
   * waited for, and an async iterator is refused: read it in the call. Read the body of a
   * `Response` from a `clone()`.
   */
  readonly succeeds?: (result: T) => boolean | Promise<boolean>;
}

/** The failure that a result stands for, as it is recorded; undefined for a success. Rejects with what `succeeds` throws, and `bad-usage` when that answers neither true nor false, or a result is an async iterator. */
export async function failureOf<T>(
  result: T,
  { succeeds }: OperateOptions<T>,
  describe: (error: unknown) => ClientErrorDescription | undefined,
): Promise<ClientErrorDescription | undefined> {
  if (succeeds === undefined) {
    refuseIterator(result);
    const promises = promisesIn(result);
    return failureIn(promises === undefined ? result : await promises, describe);
  }
  const answer: unknown = await succeeds(result);
  if (typeof answer !== "boolean") {
    throw new HarnessError("bad-usage", `expected true or false, got ${typeof answer}`, {
      place: "operate.succeeds",
      hint: "Return whether the result is a success: succeeds: ({ status }) => status === 200.",
    });
  }
  return answer ? undefined : notASuccess("unsuccessful", "succeeds() returned false");
}

/** The token in a result, or in the parsed body of an HTTP answer, under the names of the libraries that hand them out; undefined when there is none. */
export function tokenIn(result: unknown): string | undefined {
  if (typeof result === "string") return result.replace(/^Bearer +/i, "");
  for (const name of tokenNames) {
    for (const part of [
      result,
      ...["tokens", "body", "data"].map((name) => readField(result, name)),
    ]) {
      const token = readField(part, name);
      if (typeof token === "string" && token !== "") return token;
    }
  }
  return undefined;
}

/** How deep a result is looked into, and at how many values of it. */
const DEPTH_MAX = 8;
const VALUES_MAX = 2_000;

/** The texts anywhere in a result: those in the body of an answer that was read, too. */
export function* textsIn(result: unknown): Generator<string> {
  const seen = new Set<unknown>();
  const left: (readonly [unknown, number])[] = [[result, 0]];
  for (let at = 0; at < left.length && at < VALUES_MAX; at += 1) {
    const [value, depth] = left[at] ?? [];
    if (typeof value === "string") yield value;
    if (typeof value !== "object" || value === null || depth === undefined) continue;
    if (depth >= DEPTH_MAX || seen.has(value)) continue;
    seen.add(value);
    for (const part of contentsOf(value, VALUES_MAX - left.length)) left.push([part, depth + 1]);
  }
}

/** Of MSAL; of openid-client, Auth.js and the token endpoint itself; of @azure/identity and google-auth-library; then id tokens of the first two. */
const tokenNames = ["accessToken", "access_token", "token", "idToken", "id_token"] as const;

/** What a result says of the token behind it, in the names of `TokenResult`. */
export function tokenResultIn(result: unknown): Partial<TokenResult> | undefined {
  const accessToken = tokenIn(result);
  if (accessToken === undefined) return undefined;
  const [expiresAt, fromCache, homeAccountId] = ["expiresAt", "fromCache", "homeAccountId"].map(
    (name) => readField(result, name),
  );
  return {
    accessToken,
    ...(typeof expiresAt === "number" ? { expiresAt } : {}),
    ...(typeof fromCache === "boolean" ? { fromCache } : {}),
    ...(typeof homeAccountId === "string" ? { homeAccountId } : {}),
  };
}
