import { expect, it } from "vitest";
import type { HistoryEvent } from "../history/event.ts";
import { buildRun } from "../../test/support/run-builder.ts";
import { createMetrics } from "./metrics.ts";

/** The text after these events. */
function textOf(events: readonly HistoryEvent[]): string {
  const listeners: ((event: HistoryEvent) => void)[] = [];
  const metrics = createMetrics({
    listen(listener) {
      listeners.push(listener);
      return () => undefined;
    },
  });
  for (const event of events) for (const listen of listeners) listen(event);
  return metrics.text(1_500);
}

it("has gauges before anything has happened", () => {
  expect(textOf([])).toBe(
    [
      "# HELP brownout_requests_in_flight Requests without an end yet.",
      "# TYPE brownout_requests_in_flight gauge",
      "brownout_requests_in_flight 0",
      "# HELP brownout_faults_active Faults that have begun and not ended.",
      "# TYPE brownout_faults_active gauge",
      "brownout_faults_active 0",
      "# HELP brownout_virtual_time_seconds The time of the simulation, Unix.",
      "# TYPE brownout_virtual_time_seconds gauge",
      "brownout_virtual_time_seconds 1.5",
      "",
    ].join("\n"),
  );
});

it("counts requests by how they ended, calls and active faults", () => {
  const run = buildRun();
  run.fault({ id: 'a "b"\\c' });
  const operation = run.operation();
  run.exchange({ by: operation, networkFault: "ECONNRESET" });
  run.exchange({ by: operation, status: 503, faults: ['a "b"\\c'] });
  operation.fails();
  const text = textOf(run.history().events);
  for (const line of [
    'brownout_requests_total{endpoint="token",served_by="primary",result="ECONNRESET"} 1',
    'brownout_requests_total{endpoint="token",served_by="primary",result="503"} 1',
    'brownout_faults_met_total{fault="a \\"b\\"\\\\c"} 1',
    'brownout_operations_total{outcome="fail"} 1',
    "brownout_faults_active 1",
  ])
    expect(text).toContain(`${line}\n`);
});

it("keeps a bounded number of series for ids of faults", () => {
  const run = buildRun();
  for (let count = 0; count < 300; count += 1)
    run.exchange({ status: 503, faults: [`fault-${count}`] });
  const text = textOf(run.history().events);
  expect(text.match(/^brownout_faults_met_total/gm)).toHaveLength(201);
  expect(text).toContain('brownout_faults_met_total{fault="other"} 100\n');
});
