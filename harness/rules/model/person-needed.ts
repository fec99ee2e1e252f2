/**
 * Whether a call failed because only a person can help. The service's word counts; that of the
 * client counts when it had nothing to go on with. A client that asks for a sign-in while it
 * holds a valid token, or a refresh token that it never tried, has failed by itself.
 */
import type { History } from "../../history/event.ts";
import { availableTokensAt } from "./available-tokens.ts";
import type { Operation } from "./exchanges.ts";
import { interactionRequestOf } from "./operations.ts";
import { isValidAt } from "./token-validity.ts";

/** Whether a call failed because a person is needed: the service says so, or the client does and holds no token. */
export function isPersonNeeded(history: History, operation: Operation): boolean {
  if (operation.completed?.outcome !== "fail") return false;
  if (interactionRequestOf(operation) !== undefined) return true;
  return operation.completed.error.interactionRequired && !isUnfounded(history, operation);
}

/** Whether the client asks for a person although neither the service nor the lack of tokens requires one. */
export function asksInVain(history: History, operation: Operation): boolean {
  const { completed } = operation;
  return (
    completed?.outcome === "fail" &&
    completed.error.interactionRequired &&
    interactionRequestOf(operation) === undefined &&
    isUnfounded(history, operation)
  );
}

function isUnfounded(history: History, { invoked, completed }: Operation): boolean {
  if (invoked.claims === true || invoked.forceRefresh === true) return false;
  const { token, refreshToken } = availableTokensAt(history, invoked);
  const atMs = completed?.at ?? invoked.at;
  return (token !== undefined && isValidAt(token.token, atMs)) || refreshToken !== undefined;
}
