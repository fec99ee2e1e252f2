/** Reads errors of any copy of MSAL: the user's code has its own, with its own classes. */
import { readField } from "../core/foreign-value.ts";
import { isError } from "../core/thrown.ts";
import type { ClientErrorDescription } from "./client.ts";

/** What an error of MSAL says of itself, by the fields that its documentation names; `undefined` for other errors. */
export function describeErrorOfAnyMsal(error: unknown): ClientErrorDescription | undefined {
  if (!isError(error)) return undefined;
  const { name, message } = error;
  const interactionRequired = name === "InteractionRequiredAuthError";
  const code = readField(error, "errorCode");
  const suberror = readField(error, "subError");
  if (!interactionRequired && (typeof code !== "string" || suberror === undefined))
    return undefined;
  return {
    name,
    code: typeof code === "string" ? code : name,
    ...(typeof suberror === "string" && suberror !== "" ? { suberror } : {}),
    message,
    interactionRequired,
  };
}
