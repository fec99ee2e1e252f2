/** Reads what the user's own code returns and throws. */
import { isError } from "../../core/thrown.ts";
import type { ClientErrorDescription, ClientUnderTest, TokenResult } from "../../clients/client.ts";
import type { Recorder } from "../../history/recorder.ts";
import { textsIn, tokenIn } from "../simulation/call-result.ts";
import { tokenLikeIn, type TokenRecord } from "./token-record.ts";

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
      const parts = [...textsIn(value)].flatMap(tokenLikeIn);
      for (const part of parts) saw(part);
      const isIssued = (text: string): boolean => factsOf(text) !== undefined;
      const named = tokenIn(value);
      // Deep in a result it is not known by a name, but by its value; of several, none is the token of the call.
      const [token, ...others] =
        named !== undefined && isIssued(named) ? [named] : new Set(parts.filter(isIssued));
      return token === undefined || others.length > 0 ? undefined : { accessToken: token };
    },
    // By name, since the code may have another copy of MSAL than we do.
    describeError(error): ClientErrorDescription | undefined {
      if (!isError(error) || error.name !== "InteractionRequiredAuthError") return undefined;
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
