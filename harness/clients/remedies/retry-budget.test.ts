import { expect, it, vi } from "vitest";
import { handClock, serviceThatAnswers, tokenRequest } from "../../../test/support/remedies.ts";
import { withRetryBudget } from "./retry-budget.ts";

const down = new Response("", { status: 503 });

it("lets the first request and five retries through, then one a minute", async () => {
  const clock = handClock();
  const onAct = vi.fn<(what: string) => void>();
  const { send, asked } = serviceThatAnswers(down);
  const get = withRetryBudget(send, { clock, onAct });
  for (let call = 0; call < 30; call += 1) await get(tokenRequest());
  expect(asked).toHaveLength(6);
  expect(onAct).toHaveBeenCalledTimes(24);
  const held = await get(tokenRequest());
  expect([held.status, held.headers.get("retry-after")]).toEqual([503, "60"]);
  await clock.pass(60_000);
  await get(tokenRequest());
  await get(tokenRequest());
  expect(asked).toHaveLength(7);
});

it("counts a broken connection as a failure, and shares the budget between all requests", async () => {
  const { send, asked } = serviceThatAnswers(new TypeError("fetch failed"));
  const get = withRetryBudget(send, { clock: handClock(), retriesMax: 2 });
  const ask = (client_id: string) => get(tokenRequest({ client_id })).catch(() => undefined);
  for (const app of ["a", "b", "a", "b", "a", "b"]) await ask(app);
  expect(asked).toHaveLength(4);
});

it("is no bound for requests that succeed, which earn a tenth of a retry each", async () => {
  const clock = handClock();
  const ok = new Response("{}");
  const answers = [down, ...Array.from({ length: 20 }, () => ok), down];
  const { send, asked } = serviceThatAnswers(...answers);
  const get = withRetryBudget(send, { clock, retriesMax: 2, perMinute: 0 });
  for (let call = 0; call < 21; call += 1) await get(tokenRequest());
  expect(asked).toHaveLength(21);
  for (let call = 0; call < 10; call += 1) await get(tokenRequest());
  // The failure, and the two retries that the successes have earned.
  expect(asked).toHaveLength(24);
});
