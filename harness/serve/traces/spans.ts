/**
 * The events of a history as spans, in the JSON of OTLP. An exchange is the child of the span that
 * its request names in `traceparent` (https://www.w3.org/TR/trace-context/), linked with its
 * operation; without one, it is the child of the operation, and that of the run.
 */
import type { Random } from "../../core/random.ts";
import type {
  ExchangeBegan,
  ExchangeEnded,
  HistoryEvent,
  OperationCompleted,
  OperationInvoked,
} from "../../history/event.ts";

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string } | { readonly intValue: string };
}

interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
}

interface SpanEvent {
  readonly timeUnixNano: string;
  readonly name: string;
  readonly attributes: readonly Attribute[];
}

/** A span, with the field names of OTLP. */
export interface Span extends SpanContext {
  readonly parentSpanId?: string;
  readonly name: string;
  /** 1 internal, 2 server. */
  readonly kind: 1 | 2;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanContext[];
  /** 0 unset, 1 ok, 2 error. */
  readonly status: { readonly code: 0 | 1 | 2; readonly message?: string };
}

export interface SpanOptions {
  readonly random: Random;
  readonly startedAtMs: number;
  readonly run: Readonly<Record<string, string>>;
  readonly onSpan: (span: Span) => void;
}

export interface Spans {
  readonly take: (event: HistoryEvent) => void;
  /** Ends the run. */
  readonly end: (nowMs: number) => void;
}

/** A run has at most so many events of faults; the first are kept. */
const RUN_EVENTS_MAX = 1_000;

type Values = Readonly<Record<string, string | number | undefined>>;

/** Begins the run. */
export function createSpans({ random, startedAtMs, run, onSpan }: SpanOptions): Spans {
  const newId = (length: 16 | 32): string => random.uuid().replaceAll("-", "").slice(0, length);
  const root: SpanContext = { traceId: newId(32), spanId: newId(16) };
  const operations = new Map<number, { began: OperationInvoked; context: SpanContext }>();
  const exchanges = new Map<number, { began: ExchangeBegan; context: SpanContext }>();
  const faults: SpanEvent[] = [];
  const noteFault = (event: HistoryEvent, name: string, values: Values): void => {
    if (faults.length < RUN_EVENTS_MAX)
      faults.push({ timeUnixNano: nanoseconds(event.at), name, attributes: attributes(values) });
  };
  const childOf = ({ traceId }: SpanContext): SpanContext => ({ traceId, spanId: newId(16) });

  return {
    take(event) {
      switch (event.kind) {
        case "operation-invoked":
          operations.set(event.operation, { began: event, context: childOf(root) });
          return;
        case "operation-completed": {
          const known = operations.get(event.operation);
          operations.delete(event.operation);
          if (known !== undefined) onSpan(operationSpan({ ...known, ended: event }, root));
          return;
        }
        case "exchange-began":
          exchanges.set(event.exchange, {
            began: event,
            context: childOf(parentIn(event) ?? root),
          });
          return;
        case "exchange-ended": {
          const known = exchanges.get(event.exchange);
          exchanges.delete(event.exchange);
          if (known === undefined) return;
          const operation = operations.get(known.began.operation ?? -1)?.context;
          onSpan(exchangeSpan({ ...known, ended: event }, operation ?? root));
          return;
        }
        case "fault-began":
          return noteFault(event, "fault began", {
            "brownout.fault.id": event.window.id,
            "brownout.fault.effect": event.window.effect.kind,
            "brownout.fault.at": event.window.at,
          });
        case "fault-ended":
          return noteFault(event, "fault ended", { "brownout.fault.id": event.window });
        default:
      }
    },
    end(nowMs) {
      onSpan({
        ...root,
        name: "brownout run",
        kind: 1,
        startTimeUnixNano: nanoseconds(startedAtMs),
        endTimeUnixNano: nanoseconds(nowMs),
        attributes: attributes(run),
        events: faults,
        links: [],
        status: { code: 0 },
      });
    },
  };
}

function operationSpan(
  {
    began,
    context,
    ended,
  }: { began: OperationInvoked; context: SpanContext; ended: OperationCompleted },
  { spanId }: SpanContext,
): Span {
  const failure = ended.outcome === "fail" ? ended.error : undefined;
  return {
    ...context,
    parentSpanId: spanId,
    name: began.flow === "custom" ? began.app : began.flow,
    kind: 1,
    startTimeUnixNano: nanoseconds(began.at),
    endTimeUnixNano: nanoseconds(ended.at),
    attributes: attributes({
      "brownout.client": began.client,
      "brownout.flow": began.flow,
      "brownout.outcome": ended.outcome,
      "error.type": failure?.code,
    }),
    events: [],
    links: [],
    status:
      failure === undefined
        ? { code: ended.outcome === "ok" ? 1 : 0 }
        : { code: 2, message: failure.message },
  };
}

function exchangeSpan(
  { began, context, ended }: { began: ExchangeBegan; context: SpanContext; ended: ExchangeEnded },
  within: SpanContext,
): Span {
  const parent = parentIn(began);
  const { end } = ended;
  const status = end.kind === "response" ? end.status : undefined;
  const broken = end.kind === "network-fault" ? end.code : end.kind === "abandoned" ? end.kind : "";
  const error = broken === "" ? (status ?? 0) >= 500 : true;
  return {
    ...context,
    parentSpanId: (parent ?? within).spanId,
    name: `${began.method} ${began.endpoint}`,
    kind: 2,
    startTimeUnixNano: nanoseconds(began.at),
    endTimeUnixNano: nanoseconds(ended.at),
    attributes: attributes({
      "http.request.method": began.method,
      "url.full": began.url,
      "server.address": began.host,
      "user_agent.original": headerOf(began, "user-agent"),
      "http.response.status_code": status,
      "error.type": broken === "" ? (error ? String(status) : undefined) : broken,
      "brownout.client": began.client,
      "brownout.grant": began.grant,
      "brownout.served_by": ended.servedBy,
      "brownout.error": ended.error?.codes.map((code) => `AADSTS${code}`).join(" "),
    }),
    events: (ended.faults ?? []).map((id) => ({
      timeUnixNano: nanoseconds(ended.at),
      name: "fault met",
      attributes: attributes({ "brownout.fault.id": id }),
    })),
    links: parent === undefined ? [] : [within],
    status: { code: error ? 2 : 0 },
  };
}

/** The span that a request names as its parent; undefined without one, and for one that is not recorded. */
function parentIn(began: ExchangeBegan): SpanContext | undefined {
  const [, version, traceId = "", spanId = "", flags = "0"] =
    /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-|$)/.exec(
      headerOf(began, "traceparent") ?? "",
    ) ?? [];
  const isSampled = (Number.parseInt(flags, 16) & 1) === 1;
  const isGiven = version !== undefined && version !== "ff" && /[1-9a-f]/.test(traceId);
  return isGiven && isSampled && /[1-9a-f]/.test(spanId) ? { traceId, spanId } : undefined;
}

function headerOf({ headers }: ExchangeBegan, wanted: string): string | undefined {
  return headers.find(([name]) => name === wanted)?.[1];
}

function attributes(values: Values): readonly Attribute[] {
  return Object.entries(values).flatMap(([key, value]): Attribute[] => {
    if (value === undefined || value === "") return [];
    return [
      {
        key,
        value: typeof value === "number" ? { intValue: String(value) } : { stringValue: value },
      },
    ];
  });
}

/** ms since the Unix epoch, with microseconds: the clock may have fractions. */
function nanoseconds(ms: number): string {
  return `${BigInt(Math.round(ms * 1_000)) * 1_000n}`;
}
