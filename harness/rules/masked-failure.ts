/**
 * Rule `masked-failure`: a failure of the service that reaches the caller as a programming error,
 * because the client read JSON from a 503 page or a field of an error body, also when it is
 * wrapped in another error. Such an error is neither retried nor understood, and people on call
 * look for a defect in the application. A failed connection is not judged: `fetch` itself reports
 * it as a TypeError.
 */
import { programmingErrors } from "../core/thrown.ts";
import type { History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { isFailedByService, isForToken, statusOf } from "./model/exchange-outcomes.ts";
import { operationsOf, type Exchange, type Operation } from "./model/exchanges.ts";
import { andMore, counted, endingOf, sinceStart } from "./model/messages.ts";
import { lastRequestBy } from "./model/operations.ts";
import { fails, inconclusive, passes } from "./model/verdicts.ts";

/** Judges `masked-failure`. */
export const maskedFailure: Rule = {
  id: "masked-failure",
  says: "A call that the service failed reports that, and no programming error such as a TypeError or SyntaxError.",
  source:
    "Response.json() rejects with a SyntaxError for a body that is not JSON (https://developer.mozilla.org/docs/Web/API/Response/json); errors of the token endpoint are JSON with a status from 400, and a gateway's are not (https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application)",
  fix: "Look at the status and the content type before you parse a body, and throw an error that says what the service answered.",
  excuses: [
    {
      id: "connection-failed",
      says: "The connection failed, which fetch itself reports as a TypeError.",
    },
    { id: "cut-off", says: "The answer was cut off, which fetch itself reports as a TypeError." },
    { id: "refused", says: "The service refused the request and did not fail it." },
    { id: "later-answer", says: "A later request of the call was answered." },
    { id: "api", says: "An API failed, and not the sign-in service." },
    {
      id: "not-seen",
      says: "The call is inferred from the requests of its page, and what it threw was not seen.",
    },
    { id: "named", says: "An error with a code or a status wraps the programming error." },
  ],
  judge,
};

interface Failed {
  readonly operation: Operation;
  readonly request: Exchange;
}

function judge(history: History): Judgement {
  const failed = operationsOf(history).flatMap((operation): Failed[] => {
    const request = lastRequestBy(operation);
    const { invoked: event, completed } = operation;
    // The error of an inferred call is the harness's own.
    const isFailed = completed?.outcome === "fail" && event.told === undefined;
    return isFailed && request !== undefined && isFailedByAnswer(request)
      ? [{ operation, request }]
      : [];
  });
  const masked = failed.filter(({ operation }) => programmingErrorOf(operation) !== undefined);
  const [first] = masked;
  if (first !== undefined) {
    const { operation, request } = first;
    const { invoked, completed } = operation;
    return fails(
      `A call of ${invoked.client}, ${sinceStart(history, invoked.at)} into the run, threw ${describeError(operation)} when the ${request.began.endpoint} endpoint failed (${howItFailed(request)})${andMore(masked)}.`,
      [completed ?? invoked, request.ended ?? request.began],
    );
  }
  return failed.length === 0
    ? inconclusive("No call failed after an answer with which the service had failed.")
    : passes(
        `${counted(failed.length, "call")} that the service failed reported it as such.`,
        failed.map(({ operation }) => operation.completed ?? operation.invoked),
      );
}

/** Whether the service failed a request with a whole answer. */
function isFailedByAnswer(request: Exchange): boolean {
  const end = request.ended?.end;
  return end?.kind === "response" && end.cut === undefined && isFailedByService(request);
}

function howItFailed(request: Exchange): string {
  const isGood = (statusOf(request) ?? 0) < 400;
  return isGood && isForToken(request.began)
    ? `${endingOf(request)} without a token`
    : endingOf(request);
}

function describeError(operation: Operation): string {
  const { completed } = operation;
  const name = programmingErrorOf(operation) ?? "";
  const isWrapped = completed?.outcome === "fail" && completed.error.causedBy === name;
  return isWrapped ? `an error that wraps a ${name}` : `a ${name}`;
}

function programmingErrorOf({ completed }: Operation): string | undefined {
  if (completed?.outcome !== "fail") return undefined;
  const { name, code, causedBy } = completed.error;
  return [name, code, causedBy ?? ""].find((one) => programmingErrors.has(one));
}
