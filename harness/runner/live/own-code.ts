/** Reads what the user's own code returns and throws. */
import type { ClientErrorDescription, ClientUnderTest, TokenResult } from "../../clients/client.ts";
import type { Recorder } from "../../history/recorder.ts";
import { tokenIn } from "../simulation/call-result.ts";
import type { TokenRecord } from "./token-record.ts";

interface OwnCode extends Pick<ClientUnderTest, "describeError"> {
  readonly resultOf: (value: unknown) => Partial<TokenResult> | undefined;
}

/** A returned text counts as a token only when the service has issued it. */
export function createOwnCode(
  { factsOf }: Pick<Recorder, "factsOf">,
  { saw }: Pick<TokenRecord, "saw">,
): OwnCode {
  return {
    resultOf(value) {
      const token = tokenIn(value);
      if (token !== undefined) saw(token);
      return token === undefined || factsOf(token) === undefined
        ? undefined
        : { accessToken: token };
    },
    // By name, since the code may have another copy of MSAL than we do.
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
