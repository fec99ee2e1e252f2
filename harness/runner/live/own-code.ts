/** What can be told of code that is not ours by what it returns and throws. */
import type { ClientErrorDescription, ClientUnderTest, TokenResult } from "../../clients/client.ts";
import type { Recorder } from "../../history/recorder.ts";
import type { TokenBook } from "./token-book.ts";

interface OwnCode extends Pick<ClientUnderTest, "describeError"> {
  readonly resultOf: (value: unknown) => Partial<TokenResult> | undefined;
}

/** Reads results and errors of any code; a text is a token only when the wire has issued it. */
export function createOwnCode(
  { factsOf }: Pick<Recorder, "factsOf">,
  { saw }: Pick<TokenBook, "saw">,
): OwnCode {
  return {
    resultOf(value) {
      const token = tokenIn(value);
      if (token !== undefined) saw(token);
      return token === undefined || factsOf(token) === undefined
        ? undefined
        : { accessToken: token };
    },
    // By name, because the code's own copy of MSAL need not be ours.
    describeError(error): ClientErrorDescription | undefined {
      if (!(error instanceof Error) || error.name !== "InteractionRequiredAuthError")
        return undefined;
      const { name, message, errorCode, subError } = error as Error & {
        readonly errorCode?: unknown;
        readonly subError?: unknown;
      };
      return {
        name,
        code: typeof errorCode === "string" ? errorCode : name,
        ...(typeof subError === "string" && subError !== "" ? { suberror: subError } : {}),
        message,
        interactionRequired: true,
      };
    },
  };
}

function tokenIn(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null || !("accessToken" in value)) return undefined;
  return typeof value.accessToken === "string" ? value.accessToken : undefined;
}
