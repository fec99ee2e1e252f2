/** What was broken while a capture was made, drawn from the answers in it: fault windows. */
import type { FaultEffect, FaultWindow } from "../../faults/plan.ts";
import type { ExchangeBegan, ExchangeEnded, History } from "../../history/event.ts";

/** An endpoint that has failed once is taken to fail for at least so long, ms. A guess: a capture shows requests, and no outage. */
const SHORTEST_MS = 1_000;

interface Seen {
  readonly began: ExchangeBegan;
  readonly ended: ExchangeEnded;
}

/** A window for each stretch of failures of one kind at one endpoint, until the first answer that is none. */
export function recordedFaultsOf({ header, events }: History): readonly FaultWindow[] {
  const began = new Map<number, ExchangeBegan>();
  const byEndpoint = new Map<string, Seen[]>();
  for (const event of events) {
    if (event.kind === "exchange-began") began.set(event.exchange, event);
    if (event.kind !== "exchange-ended") continue;
    const request = began.get(event.exchange);
    if (request === undefined || request.endpoint === "resource") continue;
    const known = byEndpoint.get(request.endpoint) ?? [];
    known.push({ began: request, ended: event });
    byEndpoint.set(request.endpoint, known);
  }
  return [...byEndpoint.values()]
    .flatMap((seen) =>
      windowsOf(
        seen.toSorted((a, b) => a.began.at - b.began.at),
        header.startedAt,
      ),
    )
    .toSorted((one, other) => one.from - other.from)
    .map((window, index) => ({ ...window, id: `recorded-${index + 1}` }));
}

function windowsOf(seen: readonly Seen[], startedAt: number): readonly FaultWindow[] {
  const windows: FaultWindow[] = [];
  let open: { readonly first: Seen; readonly effect: FaultEffect; untilMs: number } | undefined;
  const close = (untilMs: number): void => {
    if (open === undefined) return;
    const { first, effect } = open;
    const from = Math.max(0, first.began.at - startedAt);
    const lasts = Math.max(SHORTEST_MS, Math.round(untilMs - first.began.at));
    windows.push({ id: "", at: "edge", on: [first.began.endpoint], from, for: lasts, effect });
    open = undefined;
  };
  for (const one of seen) {
    const effect = effectOf(one.ended);
    const isSame = JSON.stringify(effect) === JSON.stringify(open?.effect);
    if (open !== undefined && !isSame) close(one.began.at);
    if (effect === undefined) continue;
    open ??= { first: one, effect, untilMs: 0 };
    open.untilMs = one.ended.at + 1;
  }
  if (open !== undefined) close(open.untilMs);
  return windows;
}

function effectOf({ end, retryAfter }: ExchangeEnded): FaultEffect | undefined {
  if (end.kind === "network-fault")
    return end.code === "ECONNREFUSED" ? { kind: "refused" } : { kind: "reset" };
  if (end.kind !== "response") return undefined;
  const seconds = retryAfter?.ms === undefined ? undefined : Math.ceil(retryAfter.ms / 1_000);
  const wait =
    seconds === undefined ? ({ form: "absent" } as const) : ({ form: "seconds", seconds } as const);
  const body = { form: "empty" } as const;
  if (end.status === 429) return { kind: "throttle", retryAfter: wait, body };
  switch (end.status) {
    case 500:
    case 501:
    case 502:
    case 503:
    case 504:
      return { kind: "server-error", status: end.status, retryAfter: wait, body };
    default:
      return undefined;
  }
}
