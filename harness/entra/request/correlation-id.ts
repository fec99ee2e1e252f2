/** The client's own id for its request, which error bodies repeat (`docs/sources.md#a5` and A.9). */
import { isGuid } from "../directory/identifiers.ts";
import type { EntraRequest } from "./endpoint.ts";

/** From a header or a parameter; `undefined` when the client sent none, or sent no GUID. */
export function correlationIdOf(
  request: Pick<Request, "headers">,
  described: Pick<EntraRequest, "parameters">,
): string | undefined {
  const sent =
    request.headers.get("client-request-id") ??
    described.parameters["client-request-id"] ??
    // The pipelines of the Azure SDKs send this one with everything.
    request.headers.get("x-ms-client-request-id") ??
    undefined;
  return sent !== undefined && isGuid(sent) ? sent : undefined;
}
