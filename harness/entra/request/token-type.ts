/** Which type of token a request asks for, beside bearer tokens: `pop` with `req_cnf`, `ssh-cert`. */
import type { EntraRequest } from "./endpoint.ts";

/** The type that is none of a bearer token; undefined for a bearer token. */
export function otherTokenType({ parameters }: EntraRequest): string | undefined {
  const { token_type: type = "", req_cnf: key } = parameters;
  if (type === "") return key === undefined || key === "" ? undefined : "pop";
  return type.toLowerCase() === "bearer" ? undefined : type;
}
