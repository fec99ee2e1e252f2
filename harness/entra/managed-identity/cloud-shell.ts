/**
 * Cloud Shell (`docs/sources.md#g2`): a form by POST, and no choice of identity.
 */
import { type AskedMachine, identityOf, json } from "./asked.ts";
import { error, imdsToken, missingMetadata } from "./imds.ts";

/** Answers as Cloud Shell does. */
export async function cloudShell(asked: AskedMachine): Promise<Response> {
  const { request, described } = asked;
  const refusal = missingMetadata(asked);
  if (refusal !== undefined) return refusal;
  if (request.method !== "POST") return json(405, { error: "method_not_allowed" });
  const isSelected = ["client_id", "object_id", "msi_res_id", "mi_res_id"].some(
    (selector) => described.parameters[selector] !== undefined,
  );
  if (isSelected || identityOf(asked, {}) === undefined) {
    return error(400, "invalid_request", "User-assigned identities are not supported here.");
  }
  return imdsToken(asked);
}
