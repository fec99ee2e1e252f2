import { afterEach, describe, expect, it } from "vitest";
import { createVirtualClock } from "../../core/time/virtual-clock.ts";
import { hours, minutes } from "../../core/time/duration.ts";
import { tokenRequest } from "../../../test/support/session.ts";
import { mount } from "../../network/direct.ts";
import { type LiveSimulation, startLiveSimulation } from "./live-simulation.ts";
import type { LiveOptions } from "./live-options.ts";

const realDate = Date;
const START = realDate.parse("2026-03-02T08:00:00Z");

let session: LiveSimulation | undefined;

async function start(options: Partial<LiveOptions> = {}): Promise<LiveSimulation> {
  session = await startLiveSimulation({ mount, ...options });
  return session;
}

/** Asks for an app token through the mount; resolves to the status. */
const ask = async ({ mounted }: LiveSimulation): Promise<number> => {
  const response = await mounted.fetch(tokenRequest());
  await response.text();
  return response.status;
};

/** Real turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1)
    await new Promise((resolve) => void setImmediate(resolve));
}

afterEach(() => session?.stop());

describe("the time of a live simulation", () => {
  it("is the time of the process, and moves only while the test waits for something", async () => {
    const { clock, stop } = await start({ startsAt: "2027-01-01T00:00:00Z" });
    expect(new Date().toISOString()).toBe("2027-01-01T00:00:00.000Z");
    await clock.advance("1h 30m");
    expect([clock.elapsed(), Date.now() - clock.now()]).toEqual([minutes(90), 0]);
    const woken: number[] = [];
    setTimeout(() => woken.push(clock.elapsed()), hours(1));
    await new Promise((resolve) => setImmediate(resolve));
    expect([woken, clock.timersWaiting()]).toEqual([[], 1]);
    await clock.settle(new Promise((resolve) => setTimeout(resolve, hours(2))));
    expect(woken).toEqual([minutes(150)]);
    await stop();
    expect(Date).toBe(realDate);
  });

  it("moves once for calls that run at the same time, in the order of their timers", async () => {
    const { clock, operate } = await start();
    const order: string[] = [];
    const wait = (name: string, ms: number) => async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      order.push(`${name} at ${clock.elapsed()}`);
      await new Promise((resolve) => setTimeout(resolve, ms));
      order.push(`${name} at ${clock.elapsed()}`);
    };
    await Promise.all([operate("slow", wait("slow", 300)), operate("fast", wait("fast", 200))]);
    expect(order).toEqual(["fast at 200", "slow at 300", "fast at 400", "slow at 600"]);
  });

  it("does not move while a call works, also when another one waits", async () => {
    const entra = await start({ mount: { ...mount, quietTurns: 10 } });
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    const first = entra.operate("first", async () => {
      await sleep(100);
      await turns(5);
      await ask(entra);
    });
    await turns(5);
    await Promise.all([first, entra.operate("second", () => sleep(101))]);
    expect(entra.requests().map(({ atMs }) => atMs)).toEqual([100]);
  });

  it("finishes the work that its last instant has started", async () => {
    const entra = await start();
    setTimeout(() => void ask(entra), 1_000);
    await entra.clock.advance("1s");
    expect(entra.requests().map(({ status }) => status)).toEqual([200]);
  });

  it("is not moved by calls that an earlier simulation has left", async () => {
    const { operate, stop } = await start();
    const endless = async (): Promise<void> => {
      for (;;) await new Promise((resolve) => setTimeout(resolve, hours(1)));
    };
    void operate("poll", endless);
    await turns(20);
    await stop();
    const { clock } = await start();
    setTimeout(() => undefined, 1_000);
    await turns(50);
    expect([clock.elapsed(), clock.timersWaiting()]).toEqual([0, 1]);
  });

  it("reports a stuck call instead of hanging, and continues", async () => {
    const { operate, clock } = await start();
    const stuck = operate("wait", () => new Promise(() => undefined));
    await expect(stuck).rejects.toMatchObject({ code: "stuck" });
    await clock.advance("1m");
    expect(clock.elapsed()).toBe(minutes(1));
  });

  it("leaves the process alone when a clock is given, since the client is elsewhere", async () => {
    const clock = createVirtualClock({ startMs: START });
    const random = Math.random;
    const { clock: time } = await start({ clock });
    expect([Date, Math.random]).toEqual([realDate, random]);
    await time.advance("3d");
    expect(clock.now() - START).toBe(hours(72));
  });

  it("refuses a text that is not a duration", async () => {
    const { clock, outage } = await start();
    await expect(clock.advance("soon")).rejects.toMatchObject({ place: "clock.advance" });
    expect(() => outage({ for: "1 hour" })).toThrow(
      expect.objectContaining({ place: 'outage "outage", for' }),
    );
  });
});
