/**
 * Cloud Shell (`docs/sources.md#g2`): a form by POST, without a choice of identity.
 */
import { type IncomingRequest, identityOf, json } from "./source-endpoint.ts";
import { arcBody, error, imdsToken, missingMetadata } from "./imds.ts";

/** Answers as Cloud Shell does. */
export async function cloudShell(incoming: IncomingRequest): Promise<Response> {
  const { request, described } = incoming;
  const refusal = missingMetadata(incoming);
  if (refusal !== undefined) return refusal;
  if (request.method !== "POST") return json(405, { error: "method_not_allowed" });
  const isSelected = ["client_id", "object_id", "msi_res_id", "mi_res_id"].some(
    (selector) => described.parameters[selector] !== undefined,
  );
  if (isSelected || identityOf(incoming, {}) === undefined) {
    return error(400, "invalid_request", "User-assigned identities are not supported here.");
  }
  return imdsToken(incoming, { body: arcBody });
}
