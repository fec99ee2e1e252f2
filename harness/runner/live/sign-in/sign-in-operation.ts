/** A sign-in as an operation of the history. It begins when the browser gets to Entra: only then it is known which app asks, and for what. */
import { describeAnyError, type OperationCounter } from "../../../clients/application.ts";
import { describeRequest } from "../../../entra/request/endpoint.ts";
import type { Flow, PromptShown, TokenFacts } from "../../../history/event.ts";
import type { Recorder } from "../../../history/recorder.ts";

export interface SignInOperation {
  /** Records the beginning, once: later calls do nothing. */
  readonly begin: (asked: AskedFor) => void;
  /** Records that a page asks the person to act. */
  readonly prompted: (prompt: string) => void;
  /** Runs work whose requests belong to it. */
  readonly inside: <T>(work: () => Promise<T>) => Promise<T>;
  readonly succeed: (token: TokenFacts | undefined) => void;
  /** Records the failure; `needsPerson` for one that lies in what the person did. */
  readonly fail: (error: unknown, needsPerson?: boolean) => void;
}

/** What an app asks for, as its first request shows it. */
export interface AskedFor {
  readonly flow: Flow;
  /** Client id; empty when unknown. */
  readonly app: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
}

/** What is known of a sign-in that never got to Entra. */
const NOTHING_ASKED: AskedFor = {
  flow: "authorization-code",
  app: "",
  tenant: "",
  scopes: [],
};

export interface SignInOperationParts {
  readonly recorder: Recorder;
  readonly operations: OperationCounter;
  /** The name of the code under test in the history. */
  readonly client: string;
}

/** Prepares the operation of a person, given by their home account id; nothing is recorded yet. */
export function createSignInOperation(
  { recorder, operations, client }: SignInOperationParts,
  account: string,
): SignInOperation {
  const operation = operations.next();
  let [app, hasBegun] = ["", false];
  const begin = (asked: AskedFor): void => {
    if (hasBegun) return;
    hasBegun = true;
    ({ app } = asked);
    operations.open.add(operation);
    recorder.emit({ kind: "operation-invoked", operation, client, user: account, ...asked });
  };
  return {
    begin,
    prompted: (prompt) =>
      void recorder.emit({
        kind: "prompt-shown",
        client,
        operation,
        user: account,
        app,
        prompt: prompt as PromptShown["prompt"],
      }),
    inside: (work) => recorder.causedBy({ operation, client }, work),
    succeed(token) {
      if (!operations.open.delete(operation)) return;
      recorder.emit({
        kind: "operation-completed",
        operation,
        outcome: "ok",
        user: account,
        ...(token === undefined ? {} : { token }),
      });
    },
    fail(error, needsPerson = false) {
      begin(NOTHING_ASKED);
      if (!operations.open.delete(operation)) return;
      const { message, ...described } = describeAnyError(error);
      recorder.emit({
        kind: "operation-completed",
        operation,
        outcome: "fail",
        error: {
          ...described,
          message: recorder.redactor.text(message.split("\n", 1)[0] ?? ""),
          ...(needsPerson ? { interactionRequired: true } : {}),
        },
      });
    },
  };
}

/** What the first request to Entra asks for, and the prompt that it wants. */
export async function askedForBy(
  request: Request,
): Promise<{ readonly asked: AskedFor; readonly prompt: string }> {
  const { endpoint, app, tenant, scope, parameters } = await describeRequest(request);
  const responseTypes = (parameters["response_type"] ?? "code").split(/\s+/);
  const isForCode = responseTypes.includes("code");
  return {
    asked: {
      flow:
        endpoint === "saml" ? "saml-sp-initiated" : isForCode ? "authorization-code" : "id-token",
      app: app ?? "",
      tenant: tenant ?? "",
      scopes: (scope ?? "").split(/\s+/).filter((one) => one !== ""),
    },
    prompt: parameters["prompt"] ?? "none-given",
  };
}
