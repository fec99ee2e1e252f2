/**
 * The environment variables of a program on each source, by which clients detect the source
 * (`docs/sources.md#g1`). All secrets are worthless.
 */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { AppRegistration, Machine } from "../directory/world.ts";
import { machineEndpoints, POD_IDENTITY_HOST } from "../request/machine-address.ts";

/** The secret that a program sends to prove where it runs, by source. */
export const SECRETS = {
  "app-service": "fixture-identity-header-of-app-service",
  "service-fabric": "fixture-identity-header-of-service-fabric",
  "machine-learning": "fixture-secret-of-machine-learning",
} as const;

/** Every variable by which a client detects a source; those that are not set must be absent. */
export const identityVariables = [
  "IDENTITY_ENDPOINT",
  "IDENTITY_HEADER",
  "IDENTITY_SERVER_THUMBPRINT",
  "IMDS_ENDPOINT",
  "MSI_ENDPOINT",
  "MSI_SECRET",
  "DEFAULT_IDENTITY_CLIENT_ID",
  "AZURE_POD_IDENTITY_AUTHORITY_HOST",
  // Workload identity, which @azure/identity tries first.
  "AZURE_CLIENT_ID",
  "AZURE_TENANT_ID",
  "AZURE_FEDERATED_TOKEN_FILE",
] as const;

/** The variables of a program on that machine; `system` is the machine's system-assigned identity. */
export function environmentOf(
  { source, podIdentity }: Machine,
  system: AppRegistration | undefined,
): Readonly<Partial<Record<(typeof identityVariables)[number], string>>> {
  const endpoint = machineEndpoints[source];
  switch (source) {
    case "imds":
      return podIdentity === true ? { AZURE_POD_IDENTITY_AUTHORITY_HOST: POD_IDENTITY_HOST } : {};
    case "app-service":
      return { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: SECRETS[source] };
    case "service-fabric":
      return {
        IDENTITY_ENDPOINT: endpoint,
        IDENTITY_HEADER: SECRETS[source],
        IDENTITY_SERVER_THUMBPRINT: thumbprint(),
      };
    case "azure-arc":
      return { IDENTITY_ENDPOINT: endpoint, IMDS_ENDPOINT: new URL(endpoint).origin };
    case "cloud-shell":
      return { MSI_ENDPOINT: endpoint };
    case "machine-learning":
      return {
        MSI_ENDPOINT: endpoint,
        MSI_SECRET: SECRETS[source],
        ...(system === undefined ? {} : { DEFAULT_IDENTITY_CLIENT_ID: system.clientId }),
      };
  }
}

/** SHA-1 of the certificate of the HTTPS mount, in hex. */
function thumbprint(): string {
  const file = new URL("../../../fixtures/tls/service.cert.pem", import.meta.url);
  return new X509Certificate(readFileSync(file)).fingerprint.replaceAll(":", "");
}
