/** Matchers that count: who answered, how often an endpoint was asked, how often a person was. */
import { promptsOf } from "../../rules/model/prompts.ts";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import type { ExchangeEnded, History } from "../../history/event.ts";
import { checkEndpoint } from "../../history/endpoint-name.ts";
import type { Endpoint } from "../../entra/request/endpoint.ts";
import { doingOf, type MatcherVerdict, tell } from "./verdict.ts";
import { exchangesOf, type Exchange } from "../../rules/model/exchanges.ts";
import { statusOf } from "../../rules/model/exchange-outcomes.ts";
import { counted } from "../../rules/model/messages.ts";

/** Who answered, where, and how often; without `times`, at least once. */
export interface Served {
  readonly from: ExchangeEnded["servedBy"];
  readonly endpoint?: Endpoint;
  readonly times?: number;
}

/** How often; exactly one of the two, and without either at least once. */
export type Requested =
  | { readonly times?: number; readonly atMost?: never }
  | { readonly atMost: number; readonly times?: never };

const EVIDENCE_MAX = 8;

/** Whether good answers came from one system: without an error status, a broken body or none at all. */
export function served(history: History, wanted: Served): MatcherVerdict {
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
    message: tell(history, {
      says: `the ${from} served ${counted(good.length, "request")}${where}, ${bound}, of ${asked.length} asked`,
      evidence: shownOf(good.length === 0 ? asked : good),
    }),
  };
}

/** Whether an endpoint was asked so often, whatever it answered. */
export function requested(
  history: History,
  endpoint: Endpoint,
  { times, atMost }: Requested = {},
): MatcherVerdict {
  checkEndpoint(endpoint);
  if (!hasHappened(history)) return nothingAsked(history, "");
  const asked = exchangesOf(history).filter(({ began }) => began.endpoint === endpoint);
  const count = asked.length;
  const isRight =
    atMost === undefined ? (times === undefined ? count > 0 : count === times) : count <= atMost;
  const bound =
    atMost === undefined
      ? times === undefined
        ? "at least 1"
        : `exactly ${times}`
      : `at most ${atMost}`;
  return {
    verdict: isRight ? "pass" : "fail",
    message: tell(history, {
      says: `the ${endpoint} endpoint was asked ${count === 1 ? "once" : `${count} times`}; expected: ${bound}`,
      evidence: shownOf(asked),
    }),
  };
}

/** Whether people were asked to act at most so often: to sign in, to consent, to type a device code. */
export function promptedAtMost(history: History, atMost: number): MatcherVerdict {
  if (!Number.isInteger(atMost) || atMost < 0) {
    throw new HarnessError("bad-usage", `${String(atMost)} is no number of prompts`, {
      place: "toHavePromptedAtMost",
      hint: "Write a whole number from 0 on.",
    });
  }
  if (!hasHappened(history)) return nothingAsked(history, "");
  const prompts = promptsIn(history);
  return {
    verdict: prompts.length <= atMost ? "pass" : "fail",
    message: tell(history, {
      says: `people were asked to act ${prompts.length === 1 ? "once" : `${prompts.length} times`}; expected: at most ${atMost}`,
      evidence: prompts.slice(0, EVIDENCE_MAX),
    }),
  };
}

/** Indices of what asked a person: what the history says, or else the pages and codes that can have had no other end. */
function promptsIn(history: History): readonly number[] {
  const told = promptsOf(history);
  if (told.length > 0) return told.map(({ index }) => index);
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

/** Without a call or a request there was nobody who could have done wrong. */
function hasHappened({ events }: History): boolean {
  return events.some(({ kind }) => kind === "operation-invoked" || kind === "exchange-began");
}

function nothingAsked(history: History, where: string): MatcherVerdict {
  return {
    verdict: "inconclusive",
    message: `no request was seen${where}\n  In the test: ${doingOf(history).call} first${doingOf(history).by}.`,
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
  throw new HarnessError("unknown-name", `nothing serves from "${String(from)}"`, {
    place: "toHaveServed",
    hint: suggestNames(String(from), sources, `There are ${sources.join(", ")}.`),
  });
}
