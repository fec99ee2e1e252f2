/** The client's own id for its request, which every error body repeats (`docs/sources.md#a5` and A.9). */
import type { EntraRequest } from "./endpoint.ts";

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** From header or parameters; `undefined` when it is not sent, or is no GUID. */
export function correlationIdOf(
  request: Pick<Request, "headers">,
  described: Pick<EntraRequest, "parameters">,
): string | undefined {
  const sent =
    request.headers.get("client-request-id") ?? described.parameters["client-request-id"];
  return sent !== undefined && GUID.test(sent) ? sent : undefined;
}
