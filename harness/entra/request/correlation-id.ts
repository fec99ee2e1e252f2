/** The client's own id for its request, which error bodies repeat (`docs/sources.md#a5` and A.9). */
import type { EntraRequest } from "./endpoint.ts";

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** From a header or a parameter; `undefined` when the client sent none, or sent no GUID. */
export function correlationIdOf(
  request: Pick<Request, "headers">,
  described: Pick<EntraRequest, "parameters">,
): string | undefined {
  const sent =
    request.headers.get("client-request-id") ?? described.parameters["client-request-id"];
  return sent !== undefined && GUID.test(sent) ? sent : undefined;
}
