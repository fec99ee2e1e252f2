/**
 * What Prometheus asks of a served simulation: counts since it began, in the text format.
 * Names of clients, tenants and people are no labels: they would make series without end.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import type { ExchangeEnded, HistoryEvent } from "../history/event.ts";
import type { Recorder } from "../history/recorder.ts";

export interface Metrics {
  /** The text of an answer, at a virtual time in ms since the Unix epoch. */
  readonly text: (nowMs: number) => string;
}

/** Series are kept per fault id; past this many, further ids count as `other`. */
const FAULTS_MAX = 200;

const help = {
  requests_total: "Requests that have ended, by endpoint, who answered, and how.",
  tokens_issued_total: "Access tokens that were issued, by endpoint.",
  faults_met_total: "Requests that a fault took, by the id of the fault.",
  operations_total: "Calls of applications that have ended, by outcome.",
  prompts_total: "Times that a person was asked to act.",
} as const;

type CounterName = keyof typeof help;

/** Counts the events of a recorder from now on. */
export function createMetrics(recorder: Pick<Recorder, "listen">): Metrics {
  const counters = new Map<CounterName, Map<string, number>>();
  const inFlight = new Map<number, string>();
  const open = new Set<string>();
  const met = new Set<string>();

  const count = (name: CounterName, labels: Readonly<Record<string, string>>): void => {
    const series = counters.get(name) ?? new Map<string, number>();
    counters.set(name, series);
    const key = labelsText(labels);
    series.set(key, (series.get(key) ?? 0) + 1);
  };
  const ended = (event: ExchangeEnded): void => {
    const endpoint = inFlight.get(event.exchange) ?? "other";
    inFlight.delete(event.exchange);
    count("requests_total", { endpoint, served_by: event.servedBy, result: resultOf(event) });
    if (event.issued?.token !== undefined) count("tokens_issued_total", { endpoint });
    for (const fault of event.faults ?? []) {
      if (met.size < FAULTS_MAX) met.add(fault);
      count("faults_met_total", { fault: met.has(fault) ? fault : "other" });
    }
  };
  recorder.listen((event: HistoryEvent) => {
    if (event.kind === "exchange-began") inFlight.set(event.exchange, event.endpoint);
    else if (event.kind === "exchange-ended") ended(event);
    else if (event.kind === "operation-completed")
      count("operations_total", { outcome: event.outcome });
    else if (event.kind === "prompt-shown") count("prompts_total", {});
    else if (event.kind === "fault-began") open.add(event.window.id);
    else if (event.kind === "fault-ended") open.delete(event.window);
  });

  return {
    text: (nowMs) =>
      [
        ...[...counters].flatMap(([name, series]) =>
          metric(name, { type: "counter", help: help[name], series }),
        ),
        ...gauge("requests_in_flight", "Requests without an end yet.", inFlight.size),
        ...gauge("faults_active", "Faults that have begun and not ended.", open.size),
        ...gauge("virtual_time_seconds", "The time of the simulation, Unix.", nowMs / 1_000),
        "",
      ].join("\n"),
  };
}

/** The status, or how the connection failed. */
function resultOf({ end }: ExchangeEnded): string {
  if (end.kind === "response") return String(end.status);
  return end.kind === "network-fault" ? end.code : "abandoned";
}

function gauge(name: string, text: string, value: number): readonly string[] {
  return metric(name, { type: "gauge", help: text, series: new Map([["", value]]) });
}

function metric(
  name: string,
  {
    type,
    help: text,
    series,
  }: {
    readonly type: "counter" | "gauge";
    readonly help: string;
    readonly series: ReadonlyMap<string, number>;
  },
): readonly string[] {
  return [
    `# HELP brownout_${name} ${text}`,
    `# TYPE brownout_${name} ${type}`,
    ...[...series].map(([labels, value]) => `brownout_${name}${labels} ${value}`),
  ];
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** Ids of faults are chosen by people. */
function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
