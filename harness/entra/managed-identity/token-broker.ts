/**
 * The token cache between the endpoints of machines and the regional service: it requests a
 * token of an identity and keeps it for later requests (the back end of IMDS is said to keep
 * a token for about a day; a setting). A cached token needs no service.
 */
import { hash } from "node:crypto";
import type { Clock } from "../../core/time/clock.ts";
import type { Directory } from "../directory/directory.ts";
import { BACKDATED_SECONDS } from "../directory/opaque-ids.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";
import type { AppRegistration, Machine } from "../directory/world.ts";
import { parseObject } from "../../core/http/json-object.ts";
import { textOfResponse } from "../../core/http/message.ts";
import { NetworkFault } from "../../core/http/network-fault.ts";
import type { Handler } from "../../core/http/handler.ts";
import { regionalRequest } from "./regional-service.ts";

/** A token as the service issued it; times in seconds since the Unix epoch. */
export interface IdentityToken {
  readonly accessToken: string;
  readonly notBeforeSeconds: number;
  readonly expiresOnSeconds: number;
}

export interface BrokerRequest {
  readonly machine: Machine;
  readonly identity: AppRegistration;
  readonly resource: string;
  /** SHA-256, in hex, of a revoked token: a cached token with that hash is not used again. */
  readonly refreshHash?: string;
  /** The client's request: its abort ends ours, and our request is kept for it. */
  readonly request: Request;
}

/** `refused`: no token for this resource; `failed`: no answer, or a server error. */
export type TokenOutcome =
  | { readonly kind: "issued"; readonly token: IdentityToken }
  | { readonly kind: "refused" }
  | { readonly kind: "failed" };

export interface TokenBroker {
  readonly get: (wanted: BrokerRequest) => Promise<TokenOutcome>;
  /** The request to the regional service that a client's request caused; `undefined` without one. */
  readonly behind: (request: Request) => Request | undefined;
}

export interface TokenBrokerOptions {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly settings: ServiceSettings;
  /** The regional service with its faults and its backup. */
  readonly regional: Handler;
}

/** MSAL's own margin: a client does not use a token in its last five minutes. */
const USELESS_SECONDS = 300;

/** A broker with an empty cache. */
export function createTokenBroker(options: TokenBrokerOptions): TokenBroker {
  const { directory, clock, settings, regional } = options;
  const kept = new Map<string, IdentityToken>();
  const behind = new WeakMap<Request, Request>();

  const isUsable = (token: IdentityToken, { refreshHash }: BrokerRequest): boolean => {
    const nowSeconds = clock.now() / 1_000;
    const issuedAtSeconds = token.notBeforeSeconds + BACKDATED_SECONDS;
    const isRevoked = refreshHash?.toLowerCase() === hash("sha256", token.accessToken, "hex");
    return (
      !isRevoked &&
      nowSeconds < issuedAtSeconds + settings.managedIdentityCacheSeconds &&
      nowSeconds < token.expiresOnSeconds - USELESS_SECONDS
    );
  };

  return {
    behind: (request) => behind.get(request),
    async get(wanted) {
      const { machine, identity, resource, request } = wanted;
      const key = `${machine.name} ${identity.clientId} ${resource}`;
      const known = kept.get(key);
      if (known !== undefined && isUsable(known, wanted)) return { kind: "issued", token: known };
      const tenantId = tenantNamed(directory, machine.tenant);
      const sent = regionalRequest(machine, identity, {
        tenantId,
        resource,
        signal: request.signal,
      });
      behind.set(request, sent);
      const answer = await send(regional, sent);
      if (answer === undefined || answer.status >= 500 || answer.status === 429)
        return { kind: "failed" };
      const token = tokenOf(parseObject(await textOfResponse(answer)));
      if (token === undefined) return { kind: answer.status === 400 ? "refused" : "failed" };
      kept.set(key, token);
      return { kind: "issued", token };
    },
  };
}

/** The id of a tenant by its short name. */
function tenantNamed({ world }: Directory, name: string): string {
  return world.tenants.find((tenant) => tenant.name === name)?.id ?? "";
}

/** `undefined` for a network failure, which the endpoint reports in its own words. */
async function send(regional: Handler, request: Request): Promise<Response | undefined> {
  try {
    return await regional(request);
  } catch (error) {
    if (error instanceof NetworkFault) return undefined;
    throw error;
  }
}

function tokenOf(body: Readonly<Record<string, unknown>> | undefined): IdentityToken | undefined {
  const accessToken = body?.["access_token"];
  if (typeof accessToken !== "string") return undefined;
  return {
    accessToken,
    notBeforeSeconds: Number(body?.["not_before"]),
    expiresOnSeconds: Number(body?.["expires_on"]),
  };
}
