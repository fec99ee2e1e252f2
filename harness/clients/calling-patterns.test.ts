import { describe, expect, it } from "vitest";
import { minutes, seconds } from "../core/time/duration.ts";
import { createVirtualClock } from "../core/time/virtual-clock.ts";
import type { Application } from "./application.ts";
import { backOff, poll, retryAtOnce } from "./calling-patterns.ts";
import type { TokenRequest } from "./client.ts";

const request: TokenRequest = { flow: "client-credentials", scopes: [] };

/** An application whose calls take `tookMs` and fail until the given attempt. */
function start(options: { readonly succeedsAt?: number; readonly tookMs?: number } = {}) {
  const clock = createVirtualClock({ startMs: 0 });
  const calls: number[] = [];
  const attempt: Application["attempt"] = async () => {
    calls.push(clock.now());
    await clock.sleep(options.tookMs ?? 0);
    return calls.length >= (options.succeedsAt ?? 1) ? { accessToken: "t" } : new Error("not yet");
  };
  const application = { name: "test", attempt } as unknown as Application;
  return { clock, calls, application };
}

describe("an application that polls", () => {
  it("calls on the timetable, and stops at its end", async () => {
    const { clock, calls, application } = start();
    await clock.drive(
      poll(application, request, { clock, everyMs: minutes(5), forMs: minutes(15) }),
    );
    expect(calls).toEqual([0, minutes(5), minutes(10)]);
    expect(clock.now()).toBe(minutes(15));
  });

  it("skips the calls that a long call has missed, and keeps the timetable", async () => {
    const { clock, calls, application } = start({ tookMs: minutes(7) });
    await clock.drive(
      poll(application, request, { clock, everyMs: minutes(5), forMs: minutes(20) }),
    );
    expect(calls).toEqual([0, minutes(10)]);
  });
});

describe("an application that retries at once", () => {
  it("does not wait between attempts, and stops at success", async () => {
    const { clock, calls, application } = start({ succeedsAt: 3 });
    await clock.drive(retryAtOnce(application, request, { attempts: 10 }));
    expect(calls).toEqual([0, 0, 0]);
  });

  it("returns the last error after all attempts", async () => {
    const { clock, calls, application } = start({ succeedsAt: 99 });
    expect(await clock.drive(retryAtOnce(application, request, { attempts: 4 }))).toBeInstanceOf(
      Error,
    );
    expect(calls).toHaveLength(4);
  });
});

describe("an application that backs off", () => {
  it("waits 5 s, then twice as long each time, up to five minutes", async () => {
    const { clock, calls, application } = start({ succeedsAt: 9 });
    await clock.drive(backOff(application, request, { clock, attempts: 20 }));
    const gaps = calls.slice(1).map((at, index) => at - (calls[index] ?? 0));
    expect(gaps).toEqual([5, 10, 20, 40, 80, 160, 300, 300].map(seconds));
  });
});
