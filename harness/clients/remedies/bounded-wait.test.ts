import { expect, it, vi } from "vitest";
import { handClock } from "../../../test/support/remedies.ts";
import { TokenWaitError, withBoundedWait } from "./bounded-wait.ts";

it("ends a call that takes too long, aborts it, and leaves no timer", async () => {
  const clock = handClock();
  const onAct = vi.fn<(what: string) => void>();
  const signals: AbortSignal[] = [];
  const get = withBoundedWait(
    (_: string, signal) => {
      if (signal !== undefined) signals.push(signal);
      return new Promise<string>(() => undefined);
    },
    { clock, onAct, limitMs: 2_000 },
  );
  const call = get("request").catch((error: unknown) => error);
  await clock.pass(1_999);
  expect(onAct).not.toHaveBeenCalled();
  await clock.pass(1);
  const error = await call;
  expect(error).toBeInstanceOf(TokenWaitError);
  expect(error).toMatchObject({ code: "token_wait", limitMs: 2_000 });
  expect(signals[0]?.aborted).toBe(true);
  expect(clock.sleeping).toBe(0);
});

it("lets an answer and an error in time through, and leaves no timer", async () => {
  const clock = handClock();
  const onAct = vi.fn<(what: string) => void>();
  const source = vi.fn<() => Promise<string>>(() => Promise.resolve("token"));
  const get = withBoundedWait(source, { clock, onAct });
  expect(await get("request")).toBe("token");
  source.mockRejectedValue(new Error("down"));
  await expect(get("request")).rejects.toThrow("down");
  expect(clock.sleeping).toBe(0);
  expect(onAct).not.toHaveBeenCalled();
});

it("passes the caller's own signal on", async () => {
  const caller = new AbortController();
  const get = withBoundedWait(
    (_: string, signal) =>
      new Promise<string>((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason as Error));
      }),
    { clock: handClock() },
  );
  const call = get("request", caller.signal);
  caller.abort(new Error("the page was closed"));
  await expect(call).rejects.toThrow("the page was closed");
});
