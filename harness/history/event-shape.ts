/**
 * The form of events and headers in a file: a row for each kind, which the compiler compares with
 * the union in `event.ts`. Fields without a row are accepted, because a journal may have more.
 * Not zod: a journal has up to a million events, and these checks are faster.
 */
import { endpoints } from "../entra/request/endpoint.ts";
import { networkFaultCodes } from "../core/http/network-fault.ts";
import { waitKinds } from "../core/time/waits/wait-limits.ts";
import { screens } from "./browser-events.ts";
import { processEnds } from "./process-error.ts";
import { flows, type ExchangeEnd, type HistoryEvent } from "./event.ts";

/** What is wrong with a value: its path, what was expected, and what was found. */
export interface ShapeProblem {
  readonly path: string;
  readonly expected: string;
  readonly found: unknown;
}

type Check = (value: unknown, path: string) => ShapeProblem | undefined;
type Shape = Readonly<Record<string, Check>>;

/** The first problem of a journal's header, if there is one. The caller checks the schema. */
export function findHeaderProblem(value: unknown): ShapeProblem | undefined {
  return header(value, "");
}

/** The first problem of an event of a known kind, if there is one. */
export function findEventProblem(value: unknown): ShapeProblem | undefined {
  const { kind } = value as { readonly kind: HistoryEvent["kind"] };
  return object({ index: whole, at: number })(value, "") ?? shapes[kind](value, "");
}

const number: Check = (value, path) =>
  typeof value === "number" && Number.isFinite(value)
    ? undefined
    : { path, expected: "a number", found: value };

const whole: Check = (value, path) =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? undefined
    : { path, expected: "a whole number from 0 on", found: value };

const text: Check = (value, path) =>
  typeof value === "string" ? undefined : { path, expected: "a string", found: value };

const yes: Check = (value, path) =>
  typeof value === "boolean" ? undefined : { path, expected: "true or false", found: value };

const oneOf =
  (names: readonly unknown[]): Check =>
  (value, path) =>
    names.includes(value)
      ? undefined
      : {
          path,
          expected: `one of ${names.map((name) => JSON.stringify(name)).join(", ")}`,
          found: value,
        };

const optional =
  (check: Check): Check =>
  (value, path) =>
    value === undefined ? undefined : check(value, path);

const list =
  (check: Check): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return { path, expected: "an array", found: value };
    for (const [index, entry] of value.entries()) {
      const fault = check(entry, `${path}[${index}]`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };

const object =
  (shape: Shape): Check =>
  (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return { path: path === "" ? "all" : path, expected: "an object", found: value };
    }
    const fields = value as Readonly<Record<string, unknown>>;
    for (const [name, check] of Object.entries(shape)) {
      const fault = check(fields[name], below(path, name));
      if (fault !== undefined) return fault;
    }
    return undefined;
  };

function below(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** An object whose field `tag` decides which of several shapes it has. */
const variant =
  (tag: string, variants: Readonly<Record<string, Shape>>): Check =>
  (value, path) => {
    const fault = object({ [tag]: oneOf(Object.keys(variants)) })(value, path);
    if (fault !== undefined) return fault;
    const { [tag]: name } = value as Readonly<Record<string, unknown>>;
    return object(variants[String(name)] ?? {})(value, path);
  };

const record: Check = (value, path) => {
  const fault = object({})(value, path);
  return fault ?? list(text)(Object.values(value as object), path);
};

const pair: Check = (value, path) =>
  Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === "string")
    ? undefined
    : { path, expected: "a pair of name and value", found: value };

const token = object({
  accessToken: text,
  expiresAt: number,
  extendedExpiresAt: optional(number),
  refreshAt: optional(number),
});

const end = variant("kind", {
  response: {
    status: whole,
    headers: list(pair),
    bodyForm: oneOf(["json", "html", "text", "empty"]),
    body: text,
    cut: optional(oneOf(["fin", "reset"])),
  },
  "network-fault": { code: oneOf(networkFaultCodes) },
  abandoned: {},
} satisfies Record<ExchangeEnd["kind"], Shape>);

/** The outcome and its fields are beside the other fields of the event. */
const outcome = variant("outcome", {
  ok: {
    token: optional(token),
    tokenWithin: optional(text),
    fromCache: optional(yes),
    user: optional(text),
  },
  fail: {
    error: object({
      name: text,
      code: text,
      suberror: optional(text),
      message: text,
      causedBy: optional(text),
      interactionRequired: yes,
    }),
  },
  unknown: { reason: oneOf(["run-ended", "caller-timeout", "never-ends"]) },
});

const shapes: Readonly<Record<HistoryEvent["kind"], Check>> = {
  "operation-invoked": object({
    operation: whole,
    client: text,
    flow: oneOf(flows),
    app: text,
    tenant: text,
    user: optional(text),
    scopes: list(text),
    assertion: optional(text),
    claims: optional(yes),
    forceRefresh: optional(yes),
    tab: optional(text),
    told: optional(oneOf(["by-requests"])),
  }),
  "operation-completed": (value, path) =>
    object({ operation: whole })(value, path) ?? outcome(value, path),
  "exchange-began": object({
    exchange: whole,
    operation: optional(whole),
    client: optional(text),
    method: text,
    url: text,
    host: text,
    endpoint: oneOf(endpoints),
    tenant: optional(text),
    tenantId: optional(text),
    app: optional(text),
    grant: optional(text),
    user: optional(text),
    subject: optional(text),
    scope: optional(text),
    headers: list(pair),
    form: optional(record),
    resent: optional(yes),
  }),
  "exchange-ended": object({
    exchange: whole,
    end,
    servedBy: oneOf(["primary", "backup", "edge", "resource", "machine"]),
    faults: optional(list(text)),
    retryAfter: optional(object({ raw: text, ms: optional(number) })),
    error: optional(object({ error: text, codes: list(number), suberror: optional(text) })),
    issued: optional(
      object({
        token: optional(token),
        refreshToken: optional(text),
        idToken: optional(yes),
        user: optional(text),
        scope: optional(text),
      }),
    ),
  }),
  "fault-began": object({
    window: object({
      id: text,
      at: text,
      from: number,
      for: number,
      effect: object({ kind: text }),
    }),
  }),
  "fault-ended": object({ window: text }),
  "faults-cleared": object({}),
  "store-accessed": object({
    client: text,
    operation: optional(whole),
    access: oneOf(["read", "write"]),
    outcome: oneOf(["ok", "fail"]),
    faults: list(text),
  }),
  "prompt-shown": object({
    client: text,
    operation: optional(whole),
    user: optional(text),
    app: optional(text),
    prompt: text,
  }),
  "screen-seen": object({
    client: text,
    tab: text,
    shows: oneOf(screens),
    unlike: optional(yes),
    text: optional(text),
  }),
  "tab-changed": object({
    client: text,
    tab: text,
    change: oneOf(["opened", "reloaded", "closed"]),
  }),
  "page-error": object({
    client: text,
    tab: optional(text),
    error: object({ name: text, message: text }),
  }),
  "process-error": object({
    client: text,
    operation: optional(whole),
    by: oneOf(processEnds),
    error: object({ name: text, message: text }),
  }),
  "client-restarted": object({
    client: text,
    persisted: oneOf(["cache", "nothing"]),
    browser: optional(yes),
  }),
  "token-presented": object({ client: optional(text), accessToken: text, verdict: text }),
  "world-changed": object({
    change: text,
    tenant: text,
    users: optional(list(text)),
    app: optional(text),
    policy: optional(text),
    overlapMs: optional(number),
  }),
  "wait-abandoned": object({
    wait: oneOf(waitKinds),
    what: text,
    limitMs: number,
    operations: list(whole),
  }),
  noted: object({ text }),
};

/** Every kind of event, in the order of the union. */
export const eventKinds = Object.keys(shapes) as HistoryEvent["kind"][];

const header = object({
  brownout: text,
  scenario: text,
  file: optional(text),
  client: object({ name: text, version: text }),
  mount: text,
  seed: text,
  edition: optional(text),
  startedAt: number,
  endsAt: optional(number),
  asserts: list(text),
  limits: optional(object({})),
  row: optional(
    object({
      flow: text,
      as: text,
      edition: text,
      documented: oneOf(["protected", "not", "never"]),
      says: text,
      source: text,
    }),
  ),
  side: optional(object({ question: text, answer: text })),
  expects: optional(list(object({ rule: text, because: text, saying: optional(text) }))),
  variation: optional(
    object({
      faults: optional(list(text)),
      remedies: optional(list(text)),
      values: optional(object({})),
    }),
  ),
  earlierTokens: optional(oneOf([true])),
  upstream: optional(text),
  watchesPages: optional(oneOf([true])),
  sharedProcesses: optional(record),
  unmetFaults: optional(
    list(object({ id: text, why: oneOf(["never-open", "no-request", "none-taken"]) })),
  ),
  test: optional(
    object({
      title: text,
      again: optional(text),
      findings: list(
        object({
          rule: text,
          verdict: oneOf(["pass", "fail", "inconclusive"]),
          message: text,
          evidence: list(number),
          source: text,
        }),
      ),
    }),
  ),
});
