/** The context that every endpoint of the simulated ESTS gets: the request, its meaning and the parts of the service. */
import { sharedTenants } from "../directory/identifiers.ts";
import { cloudOfHost } from "../directory/clouds.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { Directory } from "../directory/directory.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";
import type { AppRegistration, Tenant } from "../directory/world.ts";
import type { EntraRequest } from "../request/endpoint.ts";
import type { Random } from "../../core/random.ts";
import { EstsError } from "./ests-error.ts";
import type { GrantStore } from "./grant-store.ts";
import type { LoopDetector } from "./loop-detector.ts";
import type { SignedInApps } from "./signed-in-apps.ts";
import type { TokenIssuer } from "./tokens.ts";

export interface EstsParts {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: ServiceSettings;
  readonly issuer: TokenIssuer;
  readonly grants: GrantStore;
  readonly loops: LoopDetector;
  /** Ids of SAML requests that were answered; empty where repeated requests are accepted. */
  readonly answeredRequests: Map<string, true>;
  /** The apps that a sign-out has to notify. */
  readonly signedInApps: SignedInApps;
}

export interface EstsContext extends EstsParts {
  readonly request: Request;
  readonly described: EntraRequest;
  /** Scheme, host and port of the request. */
  readonly origin: string;
  /** Also sent as x-ms-request-id. */
  readonly traceId: string;
  /** The client's own request id when it sent a GUID, else a new one. */
  readonly correlationId: string;
}

/** The value of a required parameter; throws 900144 without one. */
export function required(context: EstsContext, name: string): string {
  const value = context.described.parameters[name];
  if (value === undefined || value === "") throw new EstsError(900144, `Parameter: ${name}.`);
  return value;
}

/** The tenant of the path; throws 90002 when there is no such tenant, as for `common` and `organizations`, and 90038 for one of another cloud. */
export function tenantOf(context: EstsContext): Tenant {
  const segment = context.described.tenant ?? "";
  const tenant = context.directory.tenant(segment);
  const cloud = cloudOfHost(context.described.host)?.cloud.name;
  const isElsewhere = cloud !== undefined && tenant?.cloud !== undefined && tenant.cloud !== cloud;
  if (tenant === undefined) throw new EstsError(90002, `Tenant: ${segment}.`);
  if (isElsewhere) throw new EstsError(90038, `Tenant: ${segment}.`);
  return tenant;
}

/** As `tenantOf`; on a shared endpoint, the tenant in which the grant was made. */
export function tenantOfGrant(context: EstsContext, grant: { readonly tenantId: string }): Tenant {
  if (!isSharedEndpoint(context.described.tenant ?? "")) return tenantOf(context);
  const tenant = context.directory.tenant(grant.tenantId);
  if (tenant === undefined) throw new EstsError(70000);
  return tenant;
}

/** The `claims` parameter of a token request, as text. */
export function claimsAsked(context: EstsContext): { readonly claims?: string } {
  const claims = context.described.parameters["claims"];
  return claims === undefined ? {} : { claims };
}

export function isSharedEndpoint(segment: string): boolean {
  return sharedTenants.includes(segment);
}

/** The app named by client_id; throws 700016 when the tenant does not know it, 50194 for a single-tenant app on a shared endpoint. */
export function appOf(context: EstsContext, tenant: Tenant): AppRegistration {
  const clientId = context.described.app ?? required(context, "client_id");
  const app = context.directory.app(tenant, clientId);
  if (app === undefined) throw new EstsError(700016, `Application: ${clientId}.`);
  if (isSharedEndpoint(context.described.tenant ?? "") && app.multiTenant !== true)
    throw new EstsError(50194);
  return app;
}

/** The app on a shared endpoint, before the user is known; throws 700016 for an unknown app, 50194 for one of a single tenant. */
export function sharedAppOf(context: EstsContext, clientId: string): AppRegistration {
  const app = context.directory.appAnywhere(clientId.toLowerCase());
  if (app === undefined) throw new EstsError(700016, `Application: ${clientId}.`);
  if (app.multiTenant !== true) throw new EstsError(50194);
  return app;
}
