/**
 * Events as lines of text: when, in virtual time since the start, and what. The evidence of a
 * finding is printed like this, on the terminal and in the summary.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { ExchangeEnded, History, HistoryEvent, OperationCompleted } from "./event.ts";

/** The events of a finding's evidence in order of time, a line each. An index that the history does not have is left out. */
export function evidenceLines(
  { header, events }: History,
  evidence: readonly number[],
): readonly string[] {
  const inOrder = evidence.toSorted((a, b) => a - b);
  return inOrder.flatMap((index) => {
    const event = events[index];
    return event === undefined ? [] : [lineOf(event, header.startedAt)];
  });
}

/** The whole history, a line for each event. */
export function timelineOf({ header, events }: History): readonly string[] {
  return events.map((event) => lineOf(event, header.startedAt));
}

function lineOf(event: HistoryEvent, startedAt: number): string {
  const when = `+${formatDuration(event.at - startedAt)}`;
  return `${when.padEnd(12)} ${describeEvent(event)}`;
}

/** What happened in an event, in one line without its time. */
export function describeEvent(event: HistoryEvent): string {
  switch (event.kind) {
    case "operation-invoked": {
      const { operation, client, app, flow, scopes, user, forceRefresh, claims, tab } = event;
      // Only the application knows what its own call asks for.
      if (flow === "custom") {
        const what = app === client ? `${client}'s own code runs` : `${client} runs "${app}"`;
        return `${what} (operation ${operation})`;
      }
      const who = user === undefined ? "" : ` of ${user}`;
      const how = [
        forceRefresh && "past the cache",
        claims && "with claims",
        event.told && "as its requests show",
      ].filter(Boolean);
      const extra = how.length === 0 ? "" : `, ${how.join(", ")}`;
      const where = tab === undefined ? client : `${tab} of ${client}`;
      return `${where} asks: ${flow}${who} for ${scopes.join(" ")}${extra} (operation ${operation})`;
    }
    case "operation-completed":
      return describeOutcome(event);
    case "exchange-began": {
      const { method, endpoint, host, exchange, grant, resent } = event;
      const what = grant === undefined ? endpoint : `${endpoint} (${grant})`;
      const again = resent === true ? ", sent again by the browser" : "";
      return `${method} ${what} at ${host}${again} (exchange ${exchange})`;
    }
    case "exchange-ended":
      return describeEnd(event);
    case "fault-began": {
      const { id, effect, at, for: forMs } = event.window;
      return `fault ${id} begins: ${effect.kind} at ${at}, for ${formatDuration(forMs)}`;
    }
    case "fault-ended":
      return `fault ${event.window} ends`;
    case "store-accessed": {
      const { client, access, outcome, faults } = event;
      const how = outcome === "ok" ? "in the end" : "in vain";
      return `${client} ${access}s its cache store ${how} (${faults.join(", ")})`;
    }
    case "faults-cleared":
      return "all faults are over";
    case "prompt-shown":
      return `${event.client} asks a person to act (prompt ${event.prompt})`;
    case "screen-seen": {
      const words = event.text === undefined ? "" : `: ${event.text}`;
      return `the person at ${event.tab} of ${event.client} sees ${screenNames[event.shows]}${event.unlike === true ? ", unlike what was there before" : ""}${words}`;
    }
    case "tab-changed":
      return `${event.tab} of ${event.client} is ${event.change}`;
    case "page-error": {
      const { tab, client, error } = event;
      return `${tab ?? "a page"} of ${client} leaves an error uncaught: ${error.name}: ${error.message}`;
    }
    case "process-error": {
      const { client, operation, by, error } = event;
      const where = operation === undefined ? "" : ` in operation ${operation}`;
      return by === "exit"
        ? `${client} ends its process${where}: ${error.message}`
        : `${client} leaves an error uncaught${where}, which ends its process: ${error.name}: ${error.message}`;
    }
    case "client-restarted": {
      const kept = event.persisted === "cache" ? "with its saved cache" : "without a saved cache";
      const what = event.browser === true ? `the browser of ${event.client}` : event.client;
      return `${what} restarts ${kept}`;
    }
    case "token-presented":
      return `token ${event.accessToken} is shown to an API: ${event.verdict}`;
    case "world-changed":
      return `${event.change} in ${event.tenant}`;
    case "wait-abandoned":
      return `time goes on without ${event.what}, after ${formatDuration(event.limitMs)} of real time`;
    case "noted":
      return `note: ${event.text}`;
  }
}

const screenNames = {
  content: "the application",
  "sign-in": "a sign-in page",
  error: "an error",
  spinner: "a spinner",
  blank: "a blank page",
} as const;

const openEndings = {
  "run-ended": "is still open when the run ends",
  "caller-timeout": "is given up by its caller",
  "never-ends": "never ends: nothing is left to happen that could end it",
} as const;

function describeOutcome(event: OperationCompleted): string {
  const who = `operation ${event.operation}`;
  switch (event.outcome) {
    case "ok": {
      if (event.token === undefined)
        return event.tokenWithin === undefined
          ? `${who} is ok, and shows no token`
          : `${who} is ok: token ${event.tokenWithin} somewhere in its result`;
      const from = event.fromCache === true ? " from the cache" : "";
      return `${who} is ok: token ${event.token.accessToken}${from}`;
    }
    case "fail": {
      const { code, suberror, message, causedBy } = event.error;
      const what = suberror === undefined ? code : `${code} (${suberror})`;
      // The messages of some libraries begin with the code.
      const said = message.startsWith(`${what}: `) ? message : `${what}: ${message}`;
      return `${who} fails: ${said}${causedBy === undefined ? "" : ` (caused by a ${causedBy})`}`;
    }
    case "unknown":
      return `${who} ${openEndings[event.reason]}`;
  }
}

function describeEnd({ exchange, end, retryAfter, error, faults, issued }: ExchangeEnded): string {
  const by = faults === undefined ? "" : `, by fault ${faults.join(", ")}`;
  switch (end.kind) {
    case "response": {
      const parts = [
        `${end.status} ${end.bodyForm}`,
        ...(end.cut === undefined ? [] : [`cut by ${end.cut}`]),
        ...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter.raw}`]),
        ...(error === undefined ? [] : [[error.error, ...error.codes].join(" ")]),
        ...(issued?.token === undefined ? [] : [`token ${issued.token.accessToken}`]),
      ];
      return `exchange ${exchange} is answered: ${parts.join(", ")}${by}`;
    }
    case "network-fault":
      return `exchange ${exchange} breaks: ${end.code}${by}`;
    case "abandoned":
      return `exchange ${exchange} is abandoned${by}`;
  }
}
