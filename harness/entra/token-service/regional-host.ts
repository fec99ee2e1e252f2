/**
 * Regional token endpoints (`westus2.login.microsoft.com`): each stands for one region and
 * serves Microsoft's own services and managed identities, by client credentials only.
 * Source: `docs/sources.md#g5` and AADSTS100007.
 */
import { cloudOfHost } from "../directory/clouds.ts";
import type { EstsContext } from "./context.ts";
import { EstsError } from "./ests-error.ts";

/** Throws 100007 for a token request that a regional host does not serve. */
export function checkRegionalHost({ described, directory, settings }: EstsContext): void {
  const region = cloudOfHost(described.host)?.region;
  if (region === undefined) return;
  const isOwn = directory.appAnywhere(described.app)?.firstParty === true;
  const isServed = isOwn || settings.regionalTokenEndpoints === "everyone";
  if (described.grant !== "client_credentials" || !isServed)
    throw new EstsError(100007, `Region: ${region}.`);
}
