import { expect, it } from "vitest";
import { buildRun } from "../../../test/support/run-builder.ts";
import type { Call } from "../../../test/support/run-builder-wire.ts";
import { operationsOf } from "./exchanges.ts";
import { asksInVain, isPersonNeeded } from "./person-needed.ts";

interface Story {
  readonly holds?: "token" | "refresh token";
  /** What the service answers to the call; it sends no request otherwise. */
  readonly answer?: "interaction_required" | "temporarily_unavailable";
  readonly call?: Call;
  /** Whether the client asks for a sign-in. */
  readonly asks: boolean;
}

/** Whether a person is needed for a call two hours after a token was issued, and whether the client asks for one in vain. */
function judge({ holds, answer, call = {}, asks }: Story) {
  const run = buildRun();
  if (holds !== undefined) {
    const first = run.operation();
    const token = run.token({ expiresIn: holds === "token" ? 86_400 : 3_600 });
    const issued = holds === "token" ? { token } : { token, refreshToken: "rt-1" };
    run.exchange({ by: first, issued });
    first.ok();
  }
  run.at("02:00:00");
  const one = run.operation(call);
  if (answer !== undefined) run.exchange({ by: one, status: 400, error: answer });
  one.fails({ interactionRequired: asks });
  const history = run.history();
  const failed = operationsOf(history).at(-1);
  return failed && { needed: isPersonNeeded(history, failed), inVain: asksInVain(history, failed) };
}

const needed = { needed: true, inVain: false };
const inVain = { needed: false, inVain: true };
const neither = { needed: false, inVain: false };

it.each<[what: string, story: Story, result: typeof needed]>([
  ["the service requires it", { answer: "interaction_required", asks: true }, needed],
  ["only the service says so", { answer: "interaction_required", asks: false }, needed],
  [
    "the service requires it despite a token",
    { holds: "token", answer: "interaction_required", asks: true },
    needed,
  ],
  ["the client has nothing", { asks: true }, needed],
  [
    "the client has nothing, and the service fails",
    { answer: "temporarily_unavailable", asks: true },
    needed,
  ],
  ["the client has a valid token", { holds: "token", asks: true }, inVain],
  ["the client has a refresh token", { holds: "refresh token", asks: true }, inVain],
  ["the application passes claims", { holds: "token", call: { claims: true }, asks: true }, needed],
  [
    "the application asks for a new token",
    { holds: "token", call: { forceRefresh: true }, asks: true },
    needed,
  ],
  ["no one says so", { holds: "token", asks: false }, neither],
])("whether a person is needed when %s", (_, story, result) => {
  expect(judge(story)).toEqual(result);
});

it("a person is not needed for a call that succeeded", () => {
  const run = buildRun();
  const call = run.operation();
  run.exchange({ by: call, status: 400, error: "interaction_required" });
  call.ok();
  const history = run.history();
  const [operation] = operationsOf(history);
  expect(operation && isPersonNeeded(history, operation)).toBe(false);
  expect(operation && asksInVain(history, operation)).toBe(false);
});
