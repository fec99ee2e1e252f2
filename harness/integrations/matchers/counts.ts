/** Matchers that count answers by their source, requests by their endpoint, and prompts. */
import { promptsOf } from "../../rules/model/prompts.ts";
import { checkKeys, HarnessError, suggestNames } from "../../core/errors.ts";
import { type ExchangeEnded, type Flow, flows, type History } from "../../history/event.ts";
import { textOf } from "../../core/thrown.ts";
import { checkEndpoint } from "../../history/endpoint-name.ts";
import type { Endpoint } from "../../entra/request/endpoint.ts";
import { actionFor, type MatcherVerdict, messageFrom } from "./verdict.ts";
import { exchangesOf, type Exchange } from "../../rules/model/exchanges.ts";
import { statusOf } from "../../rules/model/exchange-outcomes.ts";
import { counted } from "../../rules/model/messages.ts";

/** Which system answered, where, and how often; default: at least once. */
export interface Served {
  readonly from: ExchangeEnded["servedBy"];
  readonly endpoint?: Endpoint;
  readonly times?: number;
}

/** How often: one of the two; default: at least once. */
export type Requested =
  | { readonly times?: number; readonly atMost?: never }
  | { readonly atMost: number; readonly times?: never };

const EVIDENCE_MAX = 8;

/** Whether one system gave good answers: without an error status, and with a whole body. */
export function served(history: History, wanted: Served): MatcherVerdict {
  checkKeys(wanted, ["from", "endpoint", "times"], "toHaveServed");
  const { from, endpoint, times } = wanted;
  checkSource(from);
  if (endpoint !== undefined) checkEndpoint(endpoint);
  const asked = exchangesOf(history).filter(
    ({ began }) => endpoint === undefined || began.endpoint === endpoint,
  );
  const where = endpoint === undefined ? "" : ` at the ${endpoint} endpoint`;
  if (asked.length === 0) return nothingAsked(history, where);
  const good = asked.filter((exchange) => exchange.ended?.servedBy === from && isGood(exchange));
  const isRight = times === undefined ? good.length > 0 : good.length === times;
  const bound = times === undefined ? "at least 1 was expected" : `${times} expected`;
  return {
    verdict: isRight ? "pass" : "fail",
    message: messageFrom(history, {
      says: `the ${from} served ${counted(good.length, "request")}${where}, ${bound}, of ${asked.length} asked`,
      evidence: shownOf(good.length === 0 ? asked : good),
    }),
  };
}

/** Whether an endpoint got so many requests, with any answers. */
export function requested(
  history: History,
  endpoint: Endpoint,
  bound: Requested = {},
): MatcherVerdict {
  checkEndpoint(endpoint);
  checkKeys(bound, ["times", "atMost"], "toHaveRequested");
  const { times, atMost } = bound;
  if (!hasHappened(history)) return nothingAsked(history, "");
  const asked = exchangesOf(history).filter(({ began }) => began.endpoint === endpoint);
  const count = asked.length;
  const isRight =
    atMost === undefined ? (times === undefined ? count > 0 : count === times) : count <= atMost;
  const wanted =
    atMost === undefined
      ? times === undefined
        ? "at least 1"
        : `exactly ${times}`
      : `at most ${atMost}`;
  return {
    verdict: isRight ? "pass" : "fail",
    message: messageFrom(history, {
      says: `the ${endpoint} endpoint was asked ${count === 1 ? "once" : `${count} times`}; expected: ${wanted}`,
      evidence: shownOf(asked),
    }),
  };
}

/** Whether people were asked to act at most so often: to sign in, to consent, to type a device code. */
export function promptedAtMost(history: History, atMost: number): MatcherVerdict {
  if (!Number.isInteger(atMost) || atMost < 0) {
    throw new HarnessError("bad-usage", `expected a whole number from 0, found ${textOf(atMost)}`, {
      place: "toHavePromptedAtMost",
      hint: "Write toHavePromptedAtMost(0) for none at all.",
    });
  }
  if (!hasHappened(history)) return nothingAsked(history, "");
  const prompts = promptsIn(history);
  if (prompts.length === 0 && !hasPerson(history)) {
    return {
      verdict: "inconclusive",
      message:
        "no one could have been asked: the code acted for no user, only for itself\n  In the test: leave this expectation out for a daemon.",
    };
  }
  return {
    verdict: prompts.length <= atMost ? "pass" : "fail",
    message: messageFrom(history, {
      says: `people were asked to act ${prompts.length === 1 ? "once" : `${prompts.length} times`}; expected: at most ${atMost}`,
      evidence: prompts.slice(0, EVIDENCE_MAX),
    }),
  };
}

/** Indices of the events that prompted a person: recorded prompts, else sign-in pages and device codes. */
function promptsIn(history: History): readonly number[] {
  const recorded = promptsOf(history);
  if (recorded.length > 0) return recorded.map(({ index }) => index);
  return exchangesOf(history)
    .filter((exchange) => {
      const { method, endpoint } = exchange.began;
      if (endpoint === "device-code") return isGood(exchange);
      const end = exchange.ended?.end;
      const isPage = end?.kind === "response" && end.bodyForm === "html" && end.status === 200;
      return endpoint === "authorize" && method === "GET" && isPage;
    })
    .map(({ began }) => began.index);
}

/** Whether a user was involved: in a call, a request, a screen or a tab. */
function hasPerson({ events }: History): boolean {
  return events.some((event) => {
    switch (event.kind) {
      case "operation-invoked":
        return event.user !== undefined || userFlows.has(event.flow);
      case "exchange-began":
        return (
          event.user !== undefined ||
          userEndpoints.has(event.endpoint) ||
          (event.grant !== undefined && !grantsOfApps.has(event.grant))
        );
      case "screen-seen":
      case "tab-changed":
        return true;
      default:
        return false;
    }
  });
}

const userFlows: ReadonlySet<Flow> = new Set(
  flows.filter((flow) => !["client-credentials", "managed-identity", "custom"].includes(flow)),
);

const userEndpoints: ReadonlySet<Endpoint> = new Set(["authorize", "device-code", "logout"]);

const grantsOfApps: ReadonlySet<string> = new Set(["client_credentials"]);

/** Without a call or a request there is nothing that could be wrong. */
function hasHappened({ events }: History): boolean {
  return events.some(({ kind }) => kind === "operation-invoked" || kind === "exchange-began");
}

function nothingAsked(history: History, where: string): MatcherVerdict {
  return {
    verdict: "inconclusive",
    message: `no request was seen${where}\n  In the test: ${actionFor(history).call} first${actionFor(history).by}.`,
  };
}

function isGood(exchange: Exchange): boolean {
  const end = exchange.ended?.end;
  return end?.kind === "response" && end.cut === undefined && (statusOf(exchange) ?? 0) < 400;
}

function shownOf(exchanges: readonly Exchange[]): readonly number[] {
  return exchanges.slice(0, EVIDENCE_MAX).map(({ began, ended }) => (ended ?? began).index);
}

const sources: readonly ExchangeEnded["servedBy"][] = [
  "primary",
  "backup",
  "edge",
  "resource",
  "machine",
];

function checkSource(from: unknown): void {
  if ((sources as readonly unknown[]).includes(from)) return;
  throw new HarnessError("unknown-name", `nothing serves from "${textOf(from)}"`, {
    place: "toHaveServed",
    hint: suggestNames(textOf(from), sources, `There are ${sources.join(", ")}.`),
  });
}
