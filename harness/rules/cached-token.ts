/**
 * Rule cached-token. A valid token is the best there is in an outage: whoever has one needs
 * no service at all. Judged per process, app, tenant, user and scopes; flows that go to the
 * network by nature (a sign-in, a password, an explicit refresh) fill the cache and are not
 * judged. Source: `docs/sources.md#m3`, "Cache tokens" and "Acquire tokens silently"; `docs/sources.md#m1`, native apps.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { ExchangeBegan, History } from "../history/event.ts";
import type { HeldToken } from "./model/token-inventory.ts";
import type { Judgement, Rule } from "./rule.ts";
import { availableTokensAt } from "./model/available-tokens.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { grantOf } from "./model/exchange-outcomes.ts";
import { operationsOf, type Operation } from "./model/exchanges.ts";
import { counted, every, sinceStart } from "./model/messages.ts";
import { isCacheable, isDenied, needsInteraction, tokenRequestsBy } from "./model/operations.ts";
import { isFreshAt, isValidAt } from "./model/token-validity.ts";

/** Judges `cached-token`. */
export const cachedToken: Rule = {
  id: "cached-token",
  says: "An unexpired cached token is never withheld from the application, and is used without the network.",
  source:
    "Increase the resilience of authentication and authorization in client applications, Cache tokens (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "Keep the last token beside the client and use it until it expires when the client throws; ask for tokens silently, without forcing a refresh.",
  judge,
};

/** A call for a token that its client had. */
interface Held {
  readonly operation: Operation;
  readonly held: HeldToken;
}

/** The calls that got nothing although their client held a token that was valid when they were told so. */
export function withheldCallsIn(history: History): readonly Operation[] {
  return callsWithToken(history)
    .filter(({ operation, held }) => isWithheld(operation, held))
    .map(({ operation }) => operation);
}

/** The calls whose client held a valid token as they were made. */
function callsWithToken(history: History): readonly Held[] {
  return operationsOf(history)
    .filter(isCacheable)
    .flatMap((operation) => {
      const { token: held } = availableTokensAt(history, operation.invoked);
      const isHeld = held !== undefined && isValidAt(held.token, operation.invoked.at);
      return isHeld ? [{ operation, held }] : [];
    });
}

function judge(history: History): Judgement {
  const calls = callsWithToken(history);
  const withheld = calls.filter(({ operation, held }) => isWithheld(operation, held));
  const served = calls.filter(({ operation }) => operation.completed?.outcome === "ok");
  const needless = calls.flatMap(({ operation, held }) => {
    const request = needlessRequestOf(operation, held);
    return request === undefined ? [] : [{ operation, held, request }];
  });
  const [firstWithheld] = withheld;
  const all = withheld.length + served.length;
  if (firstWithheld !== undefined) return refuse(history, withheld, firstWithheld, all);
  const [firstNeedless] = needless;
  if (firstNeedless !== undefined) {
    const { operation, held, request } = firstNeedless;
    const left = formatDuration(held.token.expiresAt - request.at);
    return fails(
      `${counted(needless.length, "call")} of ${all} went to the token endpoint although an earlier token was still fresh; the first, ${sinceStart(history, request.at)} in, had one for another ${left}.`,
      [held, operation.invoked, request],
    );
  }
  const [firstServed] = served;
  if (firstServed === undefined) {
    return inconclusive("No call was made while its client held a valid token.");
  }
  const { operation, held } = served.at(-1) ?? firstServed;
  return passes(
    `${every(served.length, "call")} made with a valid token in the cache got one, and none with a fresh token used the network.`,
    [held, operation.invoked],
  );
}

function refuse(
  history: History,
  withheld: readonly Held[],
  { operation, held }: Held,
  all: number,
): Judgement {
  const { invoked, completed } = operation;
  const [request] = tokenRequestsBy(operation);
  const left = formatDuration(held.token.expiresAt - (completed?.at ?? invoked.at));
  const how =
    completed?.outcome === "fail"
      ? `threw ${completed.error.code}`
      : "kept its caller waiting until the caller gave up";
  return fails(
    `${withheld.length} of ${counted(all, "call")} got nothing while a valid token was in the cache; the first, ${sinceStart(history, invoked.at)} in, ${how} with ${left} left on the token.`,
    [
      held,
      invoked,
      ...(request === undefined ? [] : [request.began]),
      ...(completed === undefined ? [] : [completed]),
    ],
  );
}

/** Whether the caller got nothing although the token still lived when it was told so. */
function isWithheld(operation: Operation, { token }: HeldToken): boolean {
  const { completed } = operation;
  if (completed === undefined || !isDenied(operation) || needsInteraction(operation)) return false;
  return isValidAt(token, completed.at);
}

/** Grants that a person or an explicit credential starts: no cache could have served them. */
const explicitGrants = new Set(["authorization_code", "password", "device_code"]);

function needlessRequestOf(operation: Operation, { token }: HeldToken): ExchangeBegan | undefined {
  const found = tokenRequestsBy(operation).find(
    (exchange) =>
      !explicitGrants.has(grantOf(exchange) ?? "") && isFreshAt(token, exchange.began.at),
  );
  return found?.began;
}
