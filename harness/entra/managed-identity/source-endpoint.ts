/**
 * What the endpoints of all sources have in common: their input, the choice of the identity,
 * and JSON answers.
 */
import type { Clock } from "../../core/time/clock.ts";
import type { Directory } from "../directory/directory.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";
import type { AppRegistration, Machine } from "../directory/world.ts";
import type { EntraRequest } from "../request/endpoint.ts";
import { createResponse } from "../../core/http/message.ts";
import type { Random } from "../../core/random.ts";
import type { KeyFiles } from "./key-files.ts";
import type { TokenBroker, TokenOutcome } from "./token-broker.ts";

/** One request to the endpoint of one machine. */
export interface IncomingRequest {
  readonly machine: Machine;
  readonly request: Request;
  readonly url: URL;
  readonly described: EntraRequest;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly settings: ServiceSettings;
  readonly broker: TokenBroker;
  readonly keyFiles: KeyFiles;
  /** For ids in answers. */
  readonly ids: Random;
}

/** Answers one request. Each source has a file. */
export type SourceEndpoint = (incoming: IncomingRequest) => Promise<Response>;

/** The parameters by which an endpoint selects a user-assigned identity. */
export interface Selectors {
  readonly clientId?: string;
  readonly objectId?: string;
  readonly resourceId?: string;
}

/** The requested identity: the selected one, else the system-assigned one, else the only one. */
export function identityOf(
  incoming: IncomingRequest,
  selectors: Selectors,
): AppRegistration | undefined {
  const { parameters } = incoming.described;
  const here = identitiesOf(incoming);
  const named = (selector: string | undefined): string | undefined =>
    selector === undefined ? undefined : parameters[selector]?.toLowerCase();
  const clientId = named(selectors.clientId);
  const objectId = named(selectors.objectId);
  const resourceId = named(selectors.resourceId);
  if (clientId !== undefined) return here.find((app) => app.clientId === clientId);
  if (objectId !== undefined) return here.find((app) => app.servicePrincipalId === objectId);
  if (resourceId !== undefined) {
    return here.find((app) => app.managedIdentity?.resourceId.toLowerCase() === resourceId);
  }
  const system = here.find((app) => app.managedIdentity?.assigned === "system");
  return system ?? (here.length === 1 ? here[0] : undefined);
}

/** The token of an identity for the `resource` of the request. */
export function tokenFor(
  incoming: IncomingRequest,
  identity: AppRegistration,
): Promise<TokenOutcome> {
  const { broker, machine, request, described } = incoming;
  const hash = described.parameters["token_sha256_to_refresh"];
  const refreshHash = knowsRevocation(incoming) ? hash : undefined;
  return broker.get({
    machine,
    identity,
    resource: resourceOf(incoming),
    request,
    ...(refreshHash === undefined ? {} : { refreshHash }),
  });
}

/** Whether the endpoint takes the hash of a revoked token (section E): one version of App Service, and Service Fabric. */
function knowsRevocation({ machine, described }: IncomingRequest): boolean {
  const version = described.parameters["api-version"];
  if (machine.source === "app-service") return version === "2025-03-30";
  return machine.source === "service-fabric";
}

/** `resource` as sent, without a slash at its end; empty when there is none. */
export function resourceOf({ described }: IncomingRequest): string {
  return (described.parameters["resource"] ?? "").replace(/\/$/, "");
}

/** A JSON answer; its headers are the minimum, since none are recorded. */
export function json(
  status: number,
  body: unknown,
  headers: readonly (readonly [string, string])[] = [],
): Response {
  const text = JSON.stringify(body);
  return createResponse(text, {
    status,
    headers: [
      ["Content-Type", "application/json; charset=utf-8"],
      ...headers,
      ["Content-Length", String(Buffer.byteLength(text))],
    ],
  });
}

function identitiesOf({ machine, directory }: IncomingRequest): readonly AppRegistration[] {
  const tenant = directory.world.tenants.find(({ name }) => name === machine.tenant);
  return (tenant?.apps ?? []).filter(({ name }) => machine.identities.includes(name));
}
