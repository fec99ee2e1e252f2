import { describe, expect, it } from "vitest";
import { historyOf, throttledDaemon } from "../../../test/support/history.ts";
import { describeEvent } from "../../history/event-line.ts";
import { writeChromeTrace } from "./chrome-trace.ts";

interface TraceEvent {
  readonly ph: "M" | "X" | "i";
  readonly name: string;
  readonly pid: number;
  readonly tid?: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly args: Readonly<Record<string, string | number>>;
}

function traceOf(...histories: Parameters<typeof writeChromeTrace>[0]): readonly TraceEvent[] {
  const { traceEvents } = JSON.parse(writeChromeTrace(histories)) as {
    traceEvents: readonly TraceEvent[];
  };
  return traceEvents;
}

describe("a Chrome trace", () => {
  const daemon = throttledDaemon();

  it("has a process for each run and a named thread for each row", () => {
    const trace = traceOf(daemon, daemon);
    const names = (what: string) => trace.filter(({ name }) => name === what);
    expect(names("process_name").map(({ pid, args }) => [pid, args["name"]])).toEqual([
      [1, "token-throttled, msal-node 7.2.1"],
      [2, "token-throttled, msal-node 7.2.1"],
    ]);
    expect(names("thread_name").map(({ args }) => args["name"])).toContain(
      "nightly-daemon-1: calls",
    );
  });

  it("has every call and every request as a slice, in µs of virtual time, in words", () => {
    const slices = traceOf(daemon).filter(({ ph }) => ph !== "M");
    const ends = daemon.events.filter(
      ({ kind }) => kind === "operation-completed" || kind === "exchange-ended",
    );
    expect(ends.length).toBeGreaterThan(3);
    for (const event of ends) {
      const slice = slices.find(({ name }) => name === describeEvent(event));
      expect(slice?.args["event"]).toBe(event.index);
      expect((slice?.ts ?? 0) + (slice?.dur ?? 0)).toBe(
        (event.at - daemon.header.startedAt) * 1_000,
      );
    }
  });

  it("has calls that overlap in threads of their own", () => {
    const called = {
      client: "my-app",
      flow: "custom",
      app: "my-app",
      tenant: "",
      scopes: [],
    } as const;
    const invoked = (operation: number, afterMs: number) =>
      ({ kind: "operation-invoked", operation, afterMs, ...called }) as const;
    const completed = (operation: number, afterMs: number) =>
      ({
        kind: "operation-completed",
        operation,
        afterMs,
        outcome: "unknown",
        reason: "caller-timeout",
      }) as const;
    const calls = traceOf(
      historyOf([
        invoked(1, 0),
        invoked(2, 10),
        completed(1, 20),
        completed(2, 30),
        invoked(3, 40),
      ]),
    ).filter(({ ph }) => ph !== "M");
    const firstThread = calls[0]?.tid;
    expect(calls.map(({ tid, ts, dur }) => [tid === firstThread, ts, dur])).toEqual([
      [true, 0, 20_000],
      // The third begins after the first has ended.
      [true, 40_000, undefined],
      [false, 10_000, 20_000],
    ]);
  });
});
