/** Reads what the user's own code returns and throws. */
import type { ReadToken } from "../../clients/application.ts";
import type { ClientUnderTest } from "../../clients/client.ts";
import { describeErrorOfAnyMsal } from "../../clients/msal-error.ts";
import type { Recorder } from "../../history/recorder.ts";
import { textsIn, tokenIn } from "../simulation/call-result.ts";
import { tokenLikeIn, type TokenRecord } from "./token-record.ts";

interface OwnCode extends Pick<ClientUnderTest, "describeError"> {
  readonly resultOf: (value: unknown) => ReadToken | undefined;
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
      if (named !== undefined && isIssued(named)) return { accessToken: named };
      // Of several, none is the token of the call.
      const [token, ...others] = new Set(parts.filter(isIssued));
      const tokenWithin = token === undefined ? undefined : factsOf(token)?.accessToken;
      return tokenWithin === undefined || others.length > 0 ? undefined : { tokenWithin };
    },
    describeError(error) {
      const described = describeErrorOfAnyMsal(error);
      return described?.interactionRequired === true ? described : undefined;
    },
  };
}
