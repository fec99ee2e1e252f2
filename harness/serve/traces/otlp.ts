/**
 * Traces of a served simulation for OpenTelemetry: the run, its operations and their exchanges as
 * spans, fault windows as events. They are sent as JSON over HTTP, in batches beside the work: a
 * receiver that is slow or gone costs spans, and changes nothing else.
 * Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
import { HarnessError } from "../../core/errors.ts";
import { createRandom } from "../../core/random.ts";
import { textOf } from "../../core/thrown.ts";
import { afterMachineMs } from "../../core/time/machine-timer.ts";
import { brownoutVersion } from "../../core/version.ts";
import type { Recorder } from "../../history/recorder.ts";
import { createSpans, type Span } from "./spans.ts";

/** Where traces are sent. */
export interface OtlpReceiver {
  /** The address for traces. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface TraceOptions {
  readonly receiver: OtlpReceiver;
  readonly recorder: Pick<Recorder, "listen">;
  /** Makes the ids of this run differ from those of others. */
  readonly seed: string;
  readonly startedAtMs: number;
  /** The attributes of the run. */
  readonly run: Readonly<Record<string, string>>;
  /** Called once when spans cannot be sent. */
  readonly onProblem: (error: HarnessError) => void;
}

export interface Traces {
  /** Sends what is left, with the span of the run, which ends at that virtual time. */
  readonly end: (nowMs: number) => Promise<void>;
}

/** So many spans are sent at once, and so many wait at most: later ones are lost. */
const BATCH_MAX = 512;
const WAITING_MAX = 4_096;
/** Spans wait so long for others; ms of the machine's time. */
const BATCH_MS = 1_000;
/** A receiver that has not answered by then has not taken them. */
const ANSWER_MS = 5_000;

/** Follows a recorder from now on. */
export function startTraces(options: TraceOptions): Traces {
  const { recorder, startedAtMs, run } = options;
  const send = createSender(options);
  const random = createRandom(`${options.seed} ${startedAtMs}`).fork("traces");
  const spans = createSpans({ random, startedAtMs, run, onSpan: send.add });
  const stop = recorder.listen(spans.take);
  return {
    async end(nowMs) {
      stop();
      spans.end(nowMs);
      await send.flush();
    },
  };
}

interface Sender {
  readonly add: (span: Span) => void;
  /** Sends all that waits; resolves also when the receiver does not take it. */
  readonly flush: () => Promise<void>;
}

function createSender({ receiver, onProblem }: TraceOptions): Sender {
  let waiting: Span[] = [];
  let cancel: (() => void) | undefined;
  let underway: Promise<void> = Promise.resolve();
  let isReported = false;
  const report = (error: unknown): void => {
    if (isReported) return;
    isReported = true;
    onProblem(
      new HarnessError("unwritable", `traces are not taken: ${textOf(error)}`, {
        place: receiver.url,
        hint: "Spans are lost; nothing else is. Start the receiver, or look at --otlp and OTEL_EXPORTER_OTLP_HEADERS.",
        cause: error,
      }),
    );
  };
  const sendBatch = async (batch: readonly Span[]): Promise<void> => {
    try {
      await post(receiver, batch);
    } catch (error) {
      report(error);
    }
  };
  const sendAll = (): void => {
    cancel?.();
    cancel = undefined;
    const all = waiting;
    waiting = [];
    for (let from = 0; from < all.length; from += BATCH_MAX) {
      const batch = all.slice(from, from + BATCH_MAX);
      underway = underway.then(() => sendBatch(batch));
    }
  };
  return {
    add(span) {
      if (waiting.length >= WAITING_MAX) return report(new Error("too many spans wait"));
      waiting.push(span);
      if (waiting.length >= BATCH_MAX) sendAll();
      else cancel ??= afterMachineMs(BATCH_MS, sendAll);
    },
    async flush() {
      sendAll();
      await underway;
    },
  };
}

async function post({ url, headers }: OtlpReceiver, spans: readonly Span[]): Promise<void> {
  const body = {
    resourceSpans: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "brownout" } }] },
        scopeSpans: [{ scope: { name: "brownout", version: brownoutVersion }, spans }],
      },
    ],
  };
  const late = new AbortController();
  const cancel = afterMachineMs(ANSWER_MS, () => late.abort(new Error("it does not answer")));
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
      redirect: "error",
      signal: late.signal,
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`it answers ${response.status}`);
  } finally {
    cancel();
  }
}
