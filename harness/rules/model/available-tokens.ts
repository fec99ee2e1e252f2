/**
 * Which tokens and refresh tokens an application had when it called its client or asked a person
 * to sign in, and which it had lost by a restart. One walk over the history records every token
 * issued, lost and revoked, so that a rule can say "it had a token for another hour and failed
 * the call".
 */
import type { ScreenSeen } from "../../history/browser-events.ts";
import type { History, OperationInvoked, PromptShown } from "../../history/event.ts";
import { exchangesOf, operationsOf } from "./exchanges.ts";
import { changeTab } from "./tabs-of-client.ts";
import {
  createTokenInventory,
  dropToken,
  recordAnswer,
  recordPresented,
  recordRequest,
  recordResult,
  restart,
  revoke,
  signOut,
  type TokenInventory,
} from "./token-inventory.ts";
import {
  tokensForCall,
  tokensForPrompt,
  tokensForScreen,
  type AvailableTokens,
} from "./token-lookup.ts";
import { perHistory } from "./per-history.ts";

/** What the client had, in the tab of the event, when this call, prompt or screen came; empty for calls without a cache key. */
export function availableTokensAt(
  history: History,
  event: OperationInvoked | PromptShown | ScreenSeen,
): AvailableTokens {
  return availableTokensOf(history).get(event.index) ?? {};
}

/** By index of the call, prompt or screen. */
const availableTokensOf = perHistory((history): ReadonlyMap<number, AvailableTokens> => {
  const seen = new Map<number, AvailableTokens>();
  const inventories = new Map<string, TokenInventory>();
  const calls = new Map(operationsOf(history).map(({ invoked }) => [invoked.operation, invoked]));
  const exchanges = new Map(exchangesOf(history).map((one) => [one.began.exchange, one]));
  const unread = callsWithoutStore(history);
  const inventoryOf = (client: string): TokenInventory => {
    const inventory = inventories.get(client) ?? createTokenInventory();
    inventories.set(client, inventory);
    return inventory;
  };
  for (const event of history.events) {
    switch (event.kind) {
      case "operation-invoked": {
        const held = tokensForCall(history, inventoryOf(event.client), event);
        seen.set(event.index, unread.has(event.operation) ? withoutUnread(held) : held);
        break;
      }
      case "prompt-shown": {
        const call = event.operation === undefined ? undefined : calls.get(event.operation);
        seen.set(event.index, tokensForPrompt(history, inventoryOf(event.client), { event, call }));
        break;
      }
      case "screen-seen":
        seen.set(event.index, tokensForScreen(inventoryOf(event.client), event));
        break;
      case "tab-changed":
        changeTab(inventoryOf(event.client).tabs, event);
        break;
      case "exchange-began": {
        if (event.endpoint === "logout" && event.client !== undefined)
          signOut(inventoryOf(event.client), event.subject);
        const exchange = exchanges.get(event.exchange);
        const call = exchange?.operation;
        if (exchange !== undefined && call !== undefined)
          recordRequest(history, inventoryOf(call.client), { exchange, call });
        break;
      }
      case "exchange-ended": {
        const exchange = exchanges.get(event.exchange);
        const call = exchange?.operation;
        if (exchange === undefined || call === undefined) break;
        recordAnswer(history, inventoryOf(call.client), { exchange, call, event });
        break;
      }
      case "operation-completed": {
        const call = calls.get(event.operation);
        if (call !== undefined) recordResult(history, inventoryOf(call.client), { call, event });
        break;
      }
      case "client-restarted":
        restart(inventoryOf(event.client), event);
        break;
      case "token-presented":
        if (event.client !== undefined && event.verdict === "accepted")
          recordPresented(inventoryOf(event.client), event);
        if (event.verdict === "revoked")
          for (const one of inventories.values()) dropToken(one, event.accessToken);
        break;
      case "world-changed":
        for (const one of inventories.values()) revoke(one, event);
        break;
      default:
        break;
    }
  }
  return seen;
});

/** Calls during which a fault kept the application from reading its store. */
function callsWithoutStore({ events }: History): ReadonlySet<number> {
  const failed = new Set<number>();
  for (const event of events) {
    if (event.kind !== "store-accessed" || event.operation === undefined) continue;
    if (event.access === "read" && event.outcome === "fail") failed.add(event.operation);
  }
  return failed;
}

/** What is left without a store that has not been read since the restart. */
function withoutUnread(held: AvailableTokens): AvailableTokens {
  const { restarted, token, refreshToken, ...rest } = held;
  if (restarted === undefined) return held;
  return {
    ...rest,
    restarted,
    ...(token !== undefined && token.index > restarted.index ? { token } : {}),
    ...(refreshToken !== undefined && refreshToken.index > restarted.index ? { refreshToken } : {}),
  };
}
