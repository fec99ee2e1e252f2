import { expect, it } from "vitest";
import { historyOf, throttledDaemon } from "../history/testing.ts";
import { evidenceLines, timelineOf } from "./event-line.ts";

it("says what a client was asked for, and of an application's own code only that it ran", () => {
  expect(evidenceLines(throttledDaemon(), [1])).toEqual([
    "+0s          nightly-daemon-1 asks: client-credentials for https://graph.microsoft.com/.default (operation 1)",
  ]);
  const invoked = {
    afterMs: 21_600_000 + 30_000,
    kind: "operation-invoked",
    operation: 11,
    client: "my-app",
    flow: "custom",
    app: "my-app",
    tenant: "",
    scopes: [],
  } as const;
  expect(evidenceLines(historyOf([invoked]), [0])).toEqual([
    "+6h 0m 30s   my-app's own code runs (operation 11)",
  ]);
  const named = { ...invoked, app: "load orders" };
  expect(timelineOf(historyOf([{ ...named, afterMs: 0 }, named]))).toEqual([
    '+0s          my-app runs "load orders" (operation 11)',
    '+6h 0m 30s   my-app runs "load orders" (operation 11)',
  ]);
});
