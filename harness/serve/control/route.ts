/** What an operation of the control API is: the server answers by it, and the OpenAPI document says it. */
import { HarnessError } from "../../core/errors.ts";
import type { LazySchema, TypeOf } from "../../core/validation.ts";
import { parseWith } from "../../core/validation.ts";
import type { ClientProcess } from "../../network/way-in/client-process.ts";
import type { Supervisor } from "../supervisor.ts";
import type { OpenOperations } from "./open-operations.ts";
import type { ChangesMade } from "./changes-made.ts";
import type { TimedFaults } from "./timed-faults.ts";

/** What the routes work with. */
export interface ControlContext {
  readonly supervisor: Supervisor;
  readonly faults: TimedFaults;
  readonly operations: OpenOperations;
  /** The changes of the world that were asked for. */
  readonly changes: ChangesMade;
  /** What went wrong that no client has caused, in words; the last of it. */
  readonly problems: () => readonly string[];
}

/** A request to a route. */
export interface ControlRequest {
  /** What stands for `{id}` in the path. */
  readonly id: string;
  readonly query: URLSearchParams;
  /** Parsed and checked by the route's schema; undefined without one. */
  readonly body: unknown;
  /** The process that asks, where that can be seen. */
  readonly caller: () => Promise<ClientProcess | undefined>;
}

/** An answer: JSON, or text of another kind. */
export type ControlAnswer =
  | { readonly json: unknown; readonly status?: number }
  | { readonly text: string; readonly type: string };

export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** Such as `/outages/{id}`. */
  readonly path: string;
  readonly summary: string;
  /** Needs no token. */
  readonly open?: true;
  readonly query?: readonly string[];
  readonly body?: LazySchema;
  readonly handle: (
    request: ControlRequest,
    context: ControlContext,
  ) => ControlAnswer | Promise<ControlAnswer>;
}

/** A route with a body, typed by its schema. */
export function withBody<Lazy extends LazySchema>(
  route: Omit<Route, "handle" | "body"> & {
    readonly body: Lazy;
    readonly handle: (
      body: TypeOf<Lazy>,
      request: ControlRequest,
      context: ControlContext,
    ) => ControlAnswer | Promise<ControlAnswer>;
  },
): Route {
  const { body, handle, ...rest } = route;
  return {
    ...rest,
    body,
    handle: (request, context) =>
      handle(parseWith(body, request.body, { what: "body", code: "bad-usage" }), request, context),
  };
}

/** Throws `bad-usage` where another identity provider answers, of whom only it has the state. */
export function refuseOnUpstream({ current }: Supervisor, what: string): void {
  const { upstream } = current();
  if (upstream === undefined) return;
  throw new HarnessError("bad-usage", `${what} are those of the upstream ${upstream}`, {
    place: "--upstream",
    hint: "Change them there, by its own means.",
  });
}
