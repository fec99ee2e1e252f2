/**
 * Azure Arc, for machines outside of Azure (`docs/sources.md#g2`). The program proves that it
 * runs on the machine, with privileges, by reading a file that only administrators may read:
 * the first request is answered 401 with the file's path, the second sends its content.
 */
import { type IncomingRequest, identityOf, json } from "./source-endpoint.ts";
import {
  arcBody,
  error,
  IMDS_SELECTORS,
  imdsToken,
  missingMetadata,
  wrongVersion,
} from "./imds.ts";

const VERSIONS = ["2020-06-01", "2019-11-01"];

/** Answers as the agent of Arc does. Each challenge names a new file, and each file works once. */
export async function azureArc(incoming: IncomingRequest): Promise<Response> {
  const { request, keyFiles, described } = incoming;
  const refusal = missingMetadata(incoming) ?? wrongVersion(incoming, VERSIONS);
  if (refusal !== undefined) return refusal;
  const [, sent] = /^Basic (.+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  if (sent === undefined) {
    const path = keyFiles.write(incoming.machine.name);
    return json(
      401,
      { error: "unauthorized_client", error_description: "Missing Basic Authorization header" },
      [["WWW-Authenticate", `Basic realm=${path}`]],
    );
  }
  if (!keyFiles.take(incoming.machine.name, sent)) {
    return error(401, "unauthorized_client", "Invalid challenge token");
  }
  return imdsToken(incoming, { body: arcBody, more: echoOf(incoming, described.parameters) });
}

/** Newer clients require the answer to repeat the selector of the identity. */
function echoOf(
  incoming: IncomingRequest,
  parameters: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const identity = identityOf(incoming, IMDS_SELECTORS);
  if (identity === undefined) return {};
  if (parameters["client_id"] !== undefined) return { client_id: identity.clientId };
  if (parameters["object_id"] !== undefined) return { object_id: identity.servicePrincipalId };
  const resourceId = identity.managedIdentity?.resourceId;
  const isNamed = parameters["msi_res_id"] !== undefined && resourceId !== undefined;
  return isNamed ? { msi_res_id: resourceId } : {};
}
