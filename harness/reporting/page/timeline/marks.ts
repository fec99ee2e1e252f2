/** From events to marks: calls and requests with both their ends, tokens for as long as they are good. */
import type {
  ClientRestarted,
  ExchangeBegan,
  ExchangeEnded,
  HistoryEvent,
  OperationCompleted,
  OperationInvoked,
  TokenFacts,
} from "../../../history/event.ts";
import type { PageError } from "../../../history/page-error.ts";
import type { ProcessError } from "../../../history/process-error.ts";
import type { ScreenSeen } from "../../../history/browser-events.ts";
import type { PageHistory } from "../../formats/slim-history.ts";
import type { LaneDraft, Lanes } from "./lanes.ts";
import type { Mark } from "./mark.ts";
import type { MarkStyle } from "./styles.ts";

interface Call {
  readonly invoked: OperationInvoked;
  requests: number;
  isOpen: boolean;
}

interface Drawing {
  readonly drafts: Lanes;
  readonly startedAt: number;
  /** End of the run, ms since its start. */
  readonly endMs: number;
  /** The calls that ended ok without the token that they were for. */
  readonly empty: ReadonlySet<number>;
  readonly calls: Map<number, Call>;
  readonly requests: Map<number, ExchangeBegan>;
  /** Lanes that already show a token. */
  readonly tokens: Map<string, Set<LaneDraft>>;
  /** What a tab shows, since when. */
  readonly screens: Map<
    LaneDraft,
    { readonly style: MarkStyle; readonly event: number; readonly from: number }
  >;
  readonly faults: Map<string, { readonly event: number; readonly from: number }>;
}

/** Puts everything of a history into the lanes, and every event in its place. */
export function drawEvents(
  { startedAt, events, empty = [] }: PageHistory,
  { drafts, endMs }: Pick<Drawing, "drafts" | "endMs">,
): void {
  const drawing: Drawing = {
    drafts,
    startedAt,
    endMs,
    empty: new Set(empty),
    calls: new Map(),
    requests: new Map(),
    tokens: new Map(),
    screens: new Map(),
    faults: new Map(),
  };
  for (const event of events) drawEvent(event, drawing);
  drawOpen(drawing);
}

function drawEvent(event: HistoryEvent, drawing: Drawing): void {
  const { drafts, startedAt } = drawing;
  const at = event.at - startedAt;
  const sign = (draft: LaneDraft, style: MarkStyle): void => {
    drafts.draw(draft, "signs", { from: at, to: at, event: event.index, style });
    drafts.put(event.index, draft, "signs");
  };
  switch (event.kind) {
    case "operation-invoked":
      drawing.calls.set(event.operation, { invoked: event, requests: 0, isOpen: true });
      drafts.put(event.index, laneOf(event, drafts), "calls");
      break;
    case "operation-completed":
      drawCall(event, drawing);
      break;
    case "exchange-began": {
      drawing.requests.set(event.exchange, event);
      const call = event.operation === undefined ? undefined : drawing.calls.get(event.operation);
      if (call !== undefined) call.requests += 1;
      const sender = senderOf(event, drawing);
      if (sender !== undefined) drafts.put(event.index, sender, "requests");
      break;
    }
    case "exchange-ended":
      drawRequest(event, drawing);
      break;
    case "fault-began":
      drawing.faults.set(event.window.id, { event: event.index, from: at });
      drafts.put(event.index, drafts.fault(event.window.id), "faults");
      break;
    case "fault-ended":
      endFault(event.window, at, drawing);
      drafts.put(event.index, drafts.fault(event.window), "faults");
      break;
    case "prompt-shown": {
      const tab = tabOfCall(event.operation, drawing);
      sign(
        tab === undefined ? drafts.client(event.client) : drafts.tab(event.client, tab),
        "prompt",
      );
      break;
    }
    case "screen-seen":
      drawScreen(event, at, drawing);
      break;
    case "tab-changed": {
      const tab = drafts.tab(event.client, event.tab);
      if (event.change === "closed") endScreen(tab, at, drawing);
      sign(tab, "tab");
      break;
    }
    case "page-error":
    case "process-error":
      sign(placeOf(event, drafts), "page-error");
      break;
    case "client-restarted":
      restart(event, drawing);
      sign(drafts.client(event.client), "restart");
      break;
    case "token-presented":
      sign(
        event.client === undefined ? drafts.service("resource") : drafts.client(event.client),
        event.verdict === "accepted" ? "presented" : "presented-refused",
      );
      break;
    case "store-accessed":
      sign(drafts.client(event.client), "note");
      break;
    case "faults-cleared":
    case "wait-abandoned":
    case "noted":
      sign(drafts.world(), "note");
      break;
    case "world-changed":
      sign(drafts.world(), "world");
      break;
  }
}

function placeOf(event: PageError | ProcessError, drafts: Lanes): LaneDraft {
  const tab = event.kind === "page-error" ? event.tab : undefined;
  return tab === undefined ? drafts.client(event.client) : drafts.tab(event.client, tab);
}

function drawScreen(event: ScreenSeen, at: number, drawing: Drawing): void {
  const { drafts, screens } = drawing;
  const tab = drafts.tab(event.client, event.tab);
  endScreen(tab, at, drawing);
  screens.set(tab, { style: `screen-${event.shows}`, event: event.index, from: at });
  drafts.put(event.index, tab, "screens");
}

/** What has no end in the journal lasts until the end of the run. */
function drawOpen(drawing: Drawing): void {
  const { drafts, endMs, startedAt } = drawing;
  for (const id of drawing.faults.keys()) endFault(id, endMs, drawing);
  for (const tab of drawing.screens.keys()) endScreen(tab, endMs, drawing);
  for (const { invoked, isOpen } of drawing.calls.values()) {
    if (!isOpen) continue;
    const mark = { from: invoked.at - startedAt, to: endMs, event: invoked.index } as const;
    drafts.draw(laneOf(invoked, drafts), "calls", { ...mark, style: "call-unknown" });
  }
  for (const began of drawing.requests.values()) {
    const mark = { from: began.at - startedAt, to: endMs, event: began.index } as const;
    const sender = senderOf(began, drawing);
    for (const draft of [...(sender === undefined ? [] : [sender]), drafts.service("none")]) {
      drafts.draw(draft, "requests", { ...mark, style: "request-open" });
      drafts.put(began.index, draft, "requests");
    }
  }
}

function drawCall(event: OperationCompleted, drawing: Drawing): void {
  const { drafts, calls, empty, startedAt } = drawing;
  const call = calls.get(event.operation);
  if (call === undefined) {
    drafts.put(event.index, drafts.world(), "signs");
    return;
  }
  call.isOpen = false;
  const draft = laneOf(call.invoked, drafts);
  const [from, to] = [call.invoked.at - startedAt, event.at - startedAt];
  const outcome = empty.has(event.operation) ? "fail" : event.outcome;
  const style = callStyle(outcome, call.requests);
  drafts.draw(draft, "calls", { from, to, event: event.index, style });
  drafts.put(event.index, draft, "calls");
  if (event.outcome !== "ok" || event.token === undefined) return;
  drawToken(event.token, { event, client: call.invoked.client }, drawing);
}

function callStyle(outcome: OperationCompleted["outcome"], requests: number): MarkStyle {
  switch (outcome) {
    case "ok":
      return "call-ok";
    case "fail":
      return requests === 0 ? "call-blocked" : "call-fail";
    case "unknown":
      return "call-unknown";
  }
}

function drawRequest(event: ExchangeEnded, drawing: Drawing): void {
  const { drafts, requests, startedAt } = drawing;
  const service = drafts.service(event.servedBy);
  const began = requests.get(event.exchange);
  requests.delete(event.exchange);
  const at = event.at - startedAt;
  const from = (began?.at ?? event.at) - startedAt;
  const mark: Mark = { from, to: at, event: event.index, style: requestStyle(event) };
  drafts.draw(service, "requests", mark);
  const sender = began === undefined ? undefined : senderOf(began, drawing);
  const home = sender ?? service;
  if (sender !== undefined) drafts.draw(sender, "requests", mark);
  if (event.retryAfter?.ms !== undefined && event.retryAfter.ms > 0) {
    const to = Math.min(at + event.retryAfter.ms, drawing.endMs);
    drafts.draw(home, "requests", { from: at, to, event: event.index, style: "wait" });
  }
  drafts.put(event.index, home, "requests");
  if (began !== undefined) drafts.put(began.index, home, "requests");
  const token = event.issued?.token;
  if (token !== undefined && began?.client !== undefined)
    drawToken(token, { event, client: began.client }, drawing);
}

function requestStyle({ end }: ExchangeEnded): MarkStyle {
  if (end.kind === "abandoned") return "request-open";
  if (end.kind === "network-fault" || end.cut !== undefined || end.status >= 500)
    return "request-failed";
  if (end.status === 429) return "request-throttled";
  return end.status >= 400 ? "request-refused" : "request-ok";
}

function drawToken(
  { accessToken, expiresAt, extendedExpiresAt }: TokenFacts,
  { event, client }: { readonly event: HistoryEvent; readonly client: string },
  { drafts, tokens, startedAt, endMs }: Drawing,
): void {
  const draft = drafts.client(client);
  const shown = tokens.get(accessToken) ?? new Set<LaneDraft>();
  if (shown.has(draft)) return;
  tokens.set(accessToken, shown.add(draft));
  const expires = Math.min(expiresAt - startedAt, endMs);
  const from = event.at - startedAt;
  if (expires > from)
    drafts.draw(draft, "tokens", { from, to: expires, event: event.index, style: "token-valid" });
  const extended = Math.min((extendedExpiresAt ?? 0) - startedAt, endMs);
  if (extended > Math.max(from, expires)) {
    const span = { from: Math.max(from, expires), to: extended, event: event.index } as const;
    drafts.draw(draft, "tokens", { ...span, style: "token-extended" });
  }
}

/** What a restart ends: what stood in memory only, and what the tabs of a browser showed. */
function restart(
  { client, at, persisted, browser }: ClientRestarted,
  { drafts, tokens, screens, startedAt }: Drawing,
): void {
  const draft = drafts.client(client);
  const end = at - startedAt;
  if (browser === true)
    for (const tab of screens.keys())
      if (tab.owner === client) endScreen(tab, end, { drafts, screens });
  if (persisted === "cache") return;
  for (const shown of tokens.values()) shown.delete(draft);
  const held = draft.rows.get("tokens") ?? [];
  const cut = held.filter(({ from }) => from < end);
  draft.rows.set(
    "tokens",
    cut.map((mark) => ({ ...mark, to: Math.min(mark.to, end) })),
  );
}

function endFault(id: string, at: number, { drafts, faults }: Drawing): void {
  const open = faults.get(id);
  if (open === undefined) return;
  faults.delete(id);
  const mark = { from: open.from, to: at, event: open.event, style: "fault" } as const;
  drafts.draw(drafts.fault(id), "faults", mark);
}

function endScreen(
  tab: LaneDraft,
  at: number,
  { drafts, screens }: Pick<Drawing, "drafts" | "screens">,
): void {
  const open = screens.get(tab);
  if (open === undefined) return;
  screens.delete(tab);
  const { from, event, style } = open;
  drafts.draw(tab, "screens", { from, to: at, event, style });
}

function laneOf({ client, tab }: OperationInvoked, drafts: Lanes): LaneDraft {
  return tab === undefined ? drafts.client(client) : drafts.tab(client, tab);
}

/** The lane of a request: that of the tab that called, else that of the instance; none in a recording without instances. */
function senderOf({ client, operation }: ExchangeBegan, drawing: Drawing): LaneDraft | undefined {
  if (client === undefined) return undefined;
  const tab = tabOfCall(operation, drawing);
  return tab === undefined ? drawing.drafts.client(client) : drawing.drafts.tab(client, tab);
}

function tabOfCall(operation: number | undefined, { calls }: Drawing): string | undefined {
  return operation === undefined ? undefined : calls.get(operation)?.invoked.tab;
}
