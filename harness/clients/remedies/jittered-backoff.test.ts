import { expect, it, vi } from "vitest";
import { handClock, serviceThatAnswers, tokenRequest } from "../../../test/support/remedies.ts";
import { type JitteredBackoffOptions, withJitteredBackoff } from "./jittered-backoff.ts";
import { withRetryAfter } from "./retry-after.ts";

const SECOND_MS = 1_000;

/** When requests reach a service that always answers so, in s, of calls every second for so long. */
async function askedAt(
  answer: Response | Error,
  forSeconds: number,
  options: JitteredBackoffOptions = {},
): Promise<readonly number[]> {
  const clock = handClock();
  const { send, asked } = serviceThatAnswers(answer);
  const get = withJitteredBackoff(send, { clock, random: () => 0, ...options });
  const times: number[] = [];
  for (let second = 0; second < forSeconds; second += 1) {
    const before = asked.length;
    await get(tokenRequest()).catch(() => undefined);
    if (asked.length > before) times.push(second);
    await clock.pass(SECOND_MS);
  }
  return times;
}

it.each([
  ["an error page", new Response("<html>", { status: 503 })],
  ["a throttle without Retry-After", new Response("", { status: 429 })],
  ["a broken connection", new TypeError("fetch failed")],
])(
  "after %s pauses from five seconds on, twice as long each time, up to a minute",
  async (_, answer) => {
    expect(await askedAt(answer, 300)).toEqual([0, 5, 15, 35, 75, 135, 195, 255]);
  },
);

it("makes each pause longer by up to a half, by chance", async () => {
  const down = new Response("", { status: 503 });
  expect(await askedAt(down, 60, { random: () => 0.999 })).toEqual([0, 8, 23, 53]);
});

it("leaves waits to Retry-After, and refusals alone", async () => {
  const asked = new Response("", { status: 503, headers: { "retry-after": "2" } });
  expect(await askedAt(asked, 3)).toEqual([0, 1, 2]);
  expect(await askedAt(new Response("{}", { status: 400 }), 3)).toEqual([0, 1, 2]);
});

it("answers a held request as the service would, and begins anew after a success", async () => {
  const clock = handClock();
  const onAct = vi.fn<(what: string) => void>();
  const down = new Response("", { status: 503 });
  const { send, asked } = serviceThatAnswers(down, down, new Response("{}"), down);
  const get = withJitteredBackoff(send, { clock, onAct, random: () => 0 });
  await get(tokenRequest());
  const held = await get(tokenRequest());
  expect([held.status, held.headers.get("retry-after")]).toEqual([503, "5"]);
  expect(onAct).toHaveBeenCalledOnce();
  await clock.pass(5 * SECOND_MS);
  await get(tokenRequest());
  await clock.pass(10 * SECOND_MS);
  await get(tokenRequest());
  await get(tokenRequest());
  await clock.pass(5 * SECOND_MS);
  await get(tokenRequest());
  expect(asked).toHaveLength(5);
});

it("does not take an answer of another remedy for one of the service", async () => {
  const clock = handClock();
  const throttled = new Response("", { status: 429, headers: { "retry-after": "2" } });
  const { send, asked } = serviceThatAnswers(throttled, new Response("{}"));
  const get = withJitteredBackoff(withRetryAfter(send, { clock }), { clock, random: () => 0 });
  await get(tokenRequest());
  await get(tokenRequest());
  await clock.pass(2 * SECOND_MS);
  expect((await get(tokenRequest())).status).toBe(200);
  expect(asked).toHaveLength(2);
});
