/**
 * The application around a client: opens it, calls it, restarts it, and records each call and its
 * end in the history. What the client throws is passed on unchanged.
 */
import type { Clock } from "../core/time/clock.ts";
import type { TokenFacts } from "../history/event.ts";
import { HarnessError } from "../core/errors.ts";
import { readField } from "../core/foreign-value.ts";
import { textOf } from "../core/thrown.ts";
import { fingerprint } from "../history/redact.ts";
import type { Recorder } from "../history/recorder.ts";
import { programmingErrorBehind } from "./error-causes.ts";
import {
  type ClientContext,
  type ClientErrorDescription,
  type ClientInstance,
  type ClientUnderTest,
  type InstanceTabs,
  type OpenOptions,
  type TokenRequest,
  type TokenResult,
  isSaved,
} from "./client.ts";

/**
 * An application with one client instance inside, as a script opens it. All calls are recorded as
 * operations.
 *
 * @example
 * const app = await open({ name: "mail", app: "spa", cache: "persisted" });
 * const result = await app.attempt({ flow: "silent", user: world.user("adele"), scopes });
 * if (app.needsInteraction(result)) await app.attempt({ flow: "popup", user, scopes });
 */
export interface Application {
  readonly name: string;
  /** Calls the client for a token. Rejects with what the client threw; with a `HarnessError` for a request that makes no sense. */
  acquire(request: TokenRequest): Promise<TokenResult>;
  /** As `acquire`, but resolves to the error of the client instead of rejecting. */
  attempt(request: TokenRequest): Promise<TokenResult | Error>;
  /** Whether the client's error says, in its own way, that the user has to sign in. */
  needsInteraction(result: TokenResult | Error): boolean;
  /** Presents the token to a protected API of the world, by name, or to `userinfo`. */
  callApi(result: TokenResult, resource: string): Promise<ApiAnswer>;
  /** Ends the process and starts it again; for a client in a browser, the browser with all its tabs. */
  restart(): Promise<void>;
  /** The tabs of a client in a browser; for other clients each method throws `bad-scenario`. */
  readonly tabs: InstanceTabs;
}

/**
 * The answer of a protected API.
 *
 * @example
 * const { status, claims } = await app.callApi(result, "graph");
 * if (status === 401 && claims !== undefined) await app.acquire({ ...request, claims });
 */
export interface ApiAnswer {
  /** HTTP status. */
  readonly status: number;
  /** The claims challenge of a 401, as JSON text. */
  readonly claims?: string;
}

/** What an application is made of. */
export interface ApplicationParts {
  readonly name: string;
  readonly client: ClientUnderTest;
  readonly options: OpenOptions;
  readonly context: ClientContext;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly operations: OperationCounter;
  /** Throws a `HarnessError` for a request that makes no sense. */
  readonly check: (request: TokenRequest) => void;
  readonly callApi: (accessToken: string, resource: string) => Promise<ApiAnswer>;
}

/** Numbers operations across all applications of a run, and knows which are still open. */
export interface OperationCounter {
  next(): number;
  readonly open: Set<number>;
  /** What calls were rejected with, to recognise a script that does not catch one of them. */
  readonly rejections: WeakSet<object>;
}

/** Creates a counter at zero: the first operation is number 1. */
export function createOperationCounter(): OperationCounter {
  let last = 0;
  return { next: () => (last += 1), open: new Set(), rejections: new WeakSet() };
}

/** Opens the client and wraps it. */
export async function openApplication(parts: ApplicationParts): Promise<Application> {
  const { client, options, context, recorder, clock, operations, name } = parts;
  let instance = await recorder.causedBy({ client: name }, () => client.open(options, context));

  const acquire = async (request: TokenRequest): Promise<TokenResult> => {
    parts.check(request);
    const operation = operations.next();
    operations.open.add(operation);
    recorder.emit({
      kind: "operation-invoked",
      operation,
      client: name,
      flow: request.flow,
      app: options.app.clientId,
      tenant: options.tenant.id,
      ...(request.user === undefined ? {} : { user: homeAccountOf(request, options) }),
      scopes: request.scopes,
      ...(request.flow === "on-behalf-of" && request.credential !== undefined
        ? { assertion: fingerprint("at", request.credential) }
        : {}),
      ...(request.claims === undefined ? {} : { claims: true as const }),
      ...(request.forceRefresh === true ? { forceRefresh: true as const } : {}),
      ...(instance.tabs === undefined ? {} : { tab: request.tab ?? instance.tabs.front() }),
    });
    const call = recorder.causedBy({ operation, client: name }, () =>
      withTimeout(instance, request, clock),
    );
    return settle(parts, operation, call, { resultOf: (result) => result });
  };

  return {
    name,
    acquire,
    attempt: (request) =>
      acquire(request).catch((error: unknown) => {
        // A mistake in the script is not an error of the client.
        if (error instanceof HarnessError) throw error;
        return error instanceof Error ? error : new Error(textOf(error));
      }),
    needsInteraction: (result) =>
      result instanceof Error && (client.describeError?.(result)?.interactionRequired ?? false),
    callApi: (result, resource) =>
      recorder.causedBy({ client: name }, () => parts.callApi(result.accessToken, resource)),
    tabs: tabsOf(name, () => instance),
    async restart() {
      await instance.close?.();
      recorder.emit({
        kind: "client-restarted",
        client: name,
        persisted: isSaved(options.cache) ? "cache" : "nothing",
        ...(context.browser === undefined ? {} : { browser: true as const }),
      });
      await context.browser?.restart();
      if (!isSaved(options.cache)) context.storage.clear();
      instance = await recorder.causedBy({ client: name }, () => client.open(options, context));
    },
  };
}

function tabsOf(name: string, instance: () => ClientInstance): InstanceTabs {
  const tabs = (): InstanceTabs => {
    const known = instance().tabs;
    if (known !== undefined) return known;
    throw new HarnessError(
      "bad-scenario",
      `${name} is not a page in a browser, so it has no tabs`,
      {
        place: name,
        hint: "Add a flow of single-page applications, such as popup, to needs, or name a client such as msal-browser.",
      },
    );
  };
  return {
    front: () => tabs().front(),
    open: () => tabs().open(),
    reload: (tab) => tabs().reload(tab),
    close: (tab) => tabs().close(tab),
  };
}

/** A call ran into the application's own time-out. */
class CallerTimeout extends Error {
  constructor(timeoutMs: number) {
    super(`the application gave up after ${timeoutMs} ms`);
    this.name = "CallerTimeout";
  }
}

/** What a result says of the token behind it. */
export interface ReadToken extends Partial<TokenResult> {
  /** The fingerprint of an issued token that is in the result under no token's name. */
  readonly tokenWithin?: string;
}

/** How the result of a call is read. */
export interface ReadResult<T> {
  /** What a result says of the token behind it. */
  readonly resultOf: (value: T) => ReadToken | undefined;
  /** The failure that a result stands for. Default: a call that resolves has succeeded. */
  readonly failureOf?: (value: T) => Promise<ClientErrorDescription | undefined>;
}

/** Records how an operation ended, and returns its result or throws its error. */
export async function settle<T>(
  parts: Pick<ApplicationParts, "recorder" | "operations"> & {
    readonly client: Pick<ClientUnderTest, "describeError">;
  },
  operation: number,
  call: Promise<T>,
  { resultOf, failureOf }: ReadResult<T>,
): Promise<T> {
  const { recorder, operations, client } = parts;
  const recordFailure = (error: ClientErrorDescription): void => {
    const message = recorder.redactor.text(firstLine(error.message));
    recorder.emit({
      kind: "operation-completed",
      operation,
      outcome: "fail",
      error: { ...error, message },
    });
  };
  try {
    const value = await call;
    const failure = failureOf === undefined ? undefined : await failureOf(value);
    if (operations.open.delete(operation)) {
      const result = resultOf(value);
      if (failure !== undefined) {
        recordFailure(failure);
        return value;
      }
      const token = result === undefined ? undefined : tokenFactsOf(result, recorder);
      recorder.emit({
        kind: "operation-completed",
        operation,
        outcome: "ok",
        ...(token === undefined ? {} : { token }),
        ...(result?.tokenWithin === undefined ? {} : { tokenWithin: result.tokenWithin }),
        ...(result?.fromCache === undefined ? {} : { fromCache: result.fromCache }),
        ...(result?.homeAccountId === undefined ? {} : { user: result.homeAccountId }),
      });
    }
    return value;
  } catch (error) {
    if (typeof error === "object" && error !== null) operations.rejections.add(error);
    if (operations.open.delete(operation)) {
      if (error instanceof CallerTimeout) {
        recorder.emit({
          kind: "operation-completed",
          operation,
          outcome: "unknown",
          reason: "caller-timeout",
        });
      } else recordFailure(client.describeError?.(error) ?? describeAnyError(error));
    }
    throw error;
  }
}

async function withTimeout(
  instance: ClientInstance,
  request: TokenRequest,
  clock: Clock,
): Promise<TokenResult> {
  const { timeoutMs } = request;
  const controller = new AbortController();
  if (timeoutMs === undefined) return instance.acquire(request, controller.signal);
  const stopTimer = new AbortController();
  const timeout = clock.sleep(timeoutMs, stopTimer.signal).then(
    () => {
      const error = new CallerTimeout(timeoutMs);
      controller.abort(error);
      throw error;
    },
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([instance.acquire(request, controller.signal), timeout]);
  } finally {
    stopTimer.abort();
  }
}

function homeAccountOf(request: TokenRequest, options: OpenOptions): string {
  const user = request.user;
  return `${user?.homeId ?? user?.id ?? ""}.${user?.homeTenant ?? options.tenant.id}`;
}

/** The lifetime of a token as the service issued it; as the client says, for a token from elsewhere. */
function tokenFactsOf(result: Partial<TokenResult>, recorder: Recorder): TokenFacts | undefined {
  if (result.accessToken === undefined || result.accessToken === "") return undefined;
  const known = recorder.factsOf(result.accessToken);
  if (known !== undefined) return known;
  return {
    accessToken: fingerprint("at", result.accessToken),
    expiresAt: result.expiresAt ?? Number.MAX_SAFE_INTEGER,
  };
}

/** What any thrown value says of itself. */
export function describeAnyError(error: unknown): ClientErrorDescription {
  const [name, message, code, errorCode] = ["name", "message", "code", "errorCode"].map((field) =>
    readField(error, field),
  );
  const named = typeof name === "string" && name !== "" ? name : "Error";
  const found = [code, errorCode].find(
    (candidate): candidate is string => typeof candidate === "string",
  );
  const causedBy = programmingErrorBehind(error);
  return {
    name: named,
    code: found ?? named,
    message: typeof message === "string" ? message : textOf(error),
    ...(causedBy === undefined ? {} : { causedBy }),
    interactionRequired: false,
  };
}

function firstLine(text: string): string {
  return (text.split(/[\r\n]/, 1)[0] ?? "")
    .replace(/ (Trace|Correlation) ID: .*$/, "")
    .slice(0, 300);
}
