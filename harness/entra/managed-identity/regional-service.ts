/**
 * The regional authentication service behind the endpoints of machines. It issues tokens to a
 * managed identity without a credential that a program could have. No client sees its
 * requests, so their form is ours: a form post to the regional host, so that fault windows at
 * the primary can select by region, tenant and app. Hosts: `docs/sources.md#g5`.
 */
import type { Clock } from "../../core/time/clock.ts";
import { loginClouds } from "../directory/clouds.ts";
import type { Directory } from "../directory/directory.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";
import type { AppRegistration, Machine } from "../directory/world.ts";
import { BACKDATED_SECONDS } from "../directory/opaque-ids.ts";
import { createTokenIssuer } from "../token-service/tokens.ts";
import { describeRequest, type EntraRequest, type GrantName } from "../request/endpoint.ts";
import type { Handler } from "../../core/http/handler.ts";
import { createRequest, createResponse } from "../../core/http/message.ts";

/** Our own `grant_type`: the real one is not known. */
const IDENTITY_GRANT: GrantName = "managed_identity";

const made = new WeakSet<Request>();

/** Whether a request comes from a machine's endpoint; a request of a client never does. */
export function isRegionalRequest(request: Request): boolean {
  return made.has(request);
}

export interface RegionalServiceOptions {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly settings: ServiceSettings;
}

export interface RegionalService {
  /** Answers 200 with a token, or 400 with `invalid_resource`. */
  readonly handle: Handler;
  /** The body of the answer; `undefined` for a refusal. */
  readonly answer: (described: EntraRequest) => Readonly<Record<string, unknown>> | undefined;
}

/** The service of every region: regions differ only by their faults. */
export function createRegionalService(options: RegionalServiceOptions): RegionalService {
  const { directory, clock, settings } = options;
  const issuer = createTokenIssuer(directory);

  const answer: RegionalService["answer"] = ({
    tenant: segment = "",
    app: clientId,
    parameters,
  }) => {
    const tenant = directory.tenant(segment);
    const app = tenant?.apps.find((candidate) => candidate.clientId === clientId);
    const audience = parameters["resource"] ?? "";
    const resource = directory.resource(audience);
    if (tenant === undefined || resource === undefined) return undefined;
    if (app?.kind !== "managed-identity") return undefined;
    const issuedAtSeconds = Math.floor(clock.now() / 1_000);
    const lifetimeSeconds = settings.managedIdentityTokenSeconds;
    const accessToken = issuer.accessToken(
      {
        origin: originOf(parameters["cloud"] ?? ""),
        tenant,
        app,
        proof: "certificate",
        issuedAtSeconds,
        lifetimeSeconds,
      },
      resource,
      // D.8: continuous access evaluation does not cover managed identities.
      { audience, permissions: [], cae: "no" },
    );
    return {
      token_type: "Bearer",
      access_token: accessToken,
      not_before: issuedAtSeconds - BACKDATED_SECONDS,
      expires_on: issuedAtSeconds + lifetimeSeconds,
    };
  };

  return {
    answer,
    async handle(request) {
      const described = await describeRequest(request);
      const body = answer(described);
      return body === undefined
        ? json(400, { error: "invalid_resource", resource: described.parameters["resource"] })
        : json(200, body);
    },
  };
}

/** The request for a token of `identity`, at the service of the machine's region. */
export function regionalRequest(
  machine: Machine,
  identity: AppRegistration,
  incoming: { readonly tenantId: string; readonly resource: string; readonly signal: AbortSignal },
): Request {
  const { cloud = "commercial", region } = machine;
  const form = new URLSearchParams({
    grant_type: IDENTITY_GRANT,
    client_id: identity.clientId,
    resource: incoming.resource,
    cloud,
  });
  const request = createRequest(
    `https://${region}.${regionalHostOf(cloud)}/${incoming.tenantId}/oauth2/token`,
    {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: form.toString(),
      signal: incoming.signal,
    },
  );
  made.add(request);
  return request;
}

/** The hosts of the secret clouds are not published: these are ours. */
const SECRET_HOSTS: Readonly<Record<string, string>> = {
  "government-secret": "login.secret.example",
  "government-top-secret": "login.top-secret.example",
};

function regionalHostOf(cloud: string): string {
  const known = loginClouds.find(({ name }) => name === cloud);
  return known?.regionalUnder[0] ?? SECRET_HOSTS[cloud] ?? "login.microsoft.com";
}

/** Tokens name the global issuer of their cloud, in every region. */
function originOf(cloud: string): string {
  const known = loginClouds.find(({ name }) => name === cloud);
  return `https://${known?.preferredNetwork ?? SECRET_HOSTS[cloud] ?? "login.microsoftonline.com"}`;
}

function json(status: number, body: unknown): Response {
  const headers: [string, string][] = [["Content-Type", "application/json; charset=utf-8"]];
  return createResponse(JSON.stringify(body), { status, headers });
}
