/** Invented runs, step by step, and what a client has at their last call, prompt or screen. */
import type { HistoryEvent } from "../../harness/history/event.ts";
import { availableTokensAt } from "../../harness/rules/model/available-tokens.ts";
import type { Ask, Call, Reply } from "./run-builder-wire.ts";
import { buildRun, type RunBuilder } from "./run-builder.ts";

/** A part of an invented run. */
export type Step = (run: RunBuilder) => void;

export const daily = 86_400;
export const calendar = { scopes: ["https://graph.microsoft.com/Calendars.Read"] } as const;
export const daemon = { flow: "client-credentials" } as const;

/** A call that is issued a token of a day and a refresh token. */
export const issued =
  (call: Call = {}, { refreshToken = "rt-1", expiresIn = daily } = {}): Step =>
  (run) => {
    const one = run.operation(call);
    run.exchange({ by: one, issued: { token: run.token({ expiresIn }), refreshToken } });
    one.ok();
  };

/** A call that gets this answer, and fails. */
export const failing =
  (answer: Ask & Reply, call: Call = {}): Step =>
  (run) => {
    const one = run.operation(call);
    run.exchange({ by: one, issued: "nothing", ...answer });
    one.fails();
  };

export const refused = (codes: readonly number[], ask: Ask = {}): Step =>
  failing({ status: 400, error: { error: "invalid_grant", codes }, ...ask });

/** What the client has at the last call, prompt or screen of a run. */
export function heldAfter(...steps: readonly Step[]) {
  const run = buildRun();
  for (const step of steps) step(run);
  const history = run.history();
  const last = history.events.findLast(
    (
      event,
    ): event is Extract<
      HistoryEvent,
      { kind: "operation-invoked" | "screen-seen" | "prompt-shown" }
    > =>
      event.kind === "operation-invoked" ||
      event.kind === "screen-seen" ||
      event.kind === "prompt-shown",
  );
  if (last === undefined) throw new Error("there is no call, prompt or screen");
  return availableTokensAt(history, last);
}

/** A call of which only the beginning matters. */
export const call =
  (made: Call = {}): Step =>
  (run) =>
    void run.operation(made);

/** The names of what the client has. */
export function namesAfter(...steps: readonly Step[]): readonly string[] {
  const { token, refreshToken, away, lost, lastRequest, restarted } = heldAfter(...steps);
  return [
    ...(token === undefined ? [] : ["token"]),
    ...(refreshToken === undefined ? [] : ["refresh token"]),
    ...(away === undefined ? [] : [`away: ${Object.keys(away).join(", ")}`]),
    ...(lost === undefined ? [] : [`lost: ${Object.keys(lost).join(", ")}`]),
    ...(lastRequest === undefined ? [] : [`request ${lastRequest.began.exchange}`]),
    ...(restarted === undefined ? [] : ["restarted"]),
  ];
}
