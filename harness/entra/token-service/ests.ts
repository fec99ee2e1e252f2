/**
 * The simulated Entra token service (ESTS): one handler for the endpoints of
 * `docs/sources.md#a1`. It does not know about faults, answers every request with a reply
 * in the form of ESTS, and never crashes because of what a client sends.
 */
import type { Clock } from "../../core/time/clock.ts";
import type { Directory } from "../directory/directory.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";
import { correlationIdOf } from "../request/correlation-id.ts";
import { otherTokenType } from "../request/token-type.ts";
import { describeRequest, isConsentPath, isFederationAnswerPath } from "../request/endpoint.ts";
import type { Handler } from "../../core/http/handler.ts";
import type { Random } from "../../core/random.ts";
import { createMemoryStore, type StateStore } from "../../core/state-store.ts";
import {
  answerConsent,
  answerFederation,
  answerSecondFactor,
  answerStaySignedIn,
  authorize,
  signIn,
} from "./authorize.ts";
import { required, type EstsContext, type EstsParts } from "./context.ts";
import { instanceDiscovery, openidConfiguration, publishedKeys, userRealm } from "./discovery.ts";
import { EstsError } from "./ests-error.ts";
import { grantAuthorizationCode } from "./grant-authorization-code.ts";
import { grantClientCredentials } from "./grant-client-credentials.ts";
import {
  answerDeviceSecondFactor,
  deviceCodePage,
  grantDeviceCode,
  startDeviceCode,
} from "./grant-device-code.ts";
import { grantOnBehalfOf } from "./grant-on-behalf-of.ts";
import { grantPassword } from "./grant-password.ts";
import { grantRefreshToken } from "./grant-refresh-token.ts";
import { createGrantStore, drawsOf, type GrantStore } from "./grant-store.ts";
import { lookUpPage } from "./look-up-pages.ts";
import { createLoopDetector } from "./loop-detector.ts";
import { checkRegionalHost } from "./regional-host.ts";
import type { EstsReply } from "./ests-reply.ts";
import { errorResponse, missingRoute, preflightResponse, replyResponse } from "./ests-response.ts";
import { federationMetadata } from "../saml/federation-metadata.ts";
import {
  answerSamlSecondFactor,
  answerSamlStaySignedIn,
  isSamlSignIn,
  samlSignIn,
  samlSignOn,
} from "../saml/sign-on.ts";
import { isSamlSignOut, samlSignOut } from "../saml/sign-out.ts";
import { createSignedInApps } from "./signed-in-apps.ts";
import { isSecondFactorAnswer } from "./second-factor-page.ts";
import { signOut } from "./sign-out.ts";
import { isStaySignedInAnswer } from "./stay-signed-in-page.ts";
import { createTokenIssuer } from "./tokens.ts";
import { refuseResourceParameter, v1Reply, withScopeOfResource } from "./v1-protocol.ts";

/**
 * What a token service is made of: the directory that it reads, the sources of time and chance, and
 * its settings.
 *
 * @example
 * const options: EstsOptions = { directory, clock, random, settings: defaultServiceSettings };
 */
export interface EstsOptions {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: ServiceSettings;
  /** Codes and sealed tokens; default: none yet. */
  readonly grants?: GrantStore;
  /** Where it keeps what it has issued; default: nowhere, and nothing yet. */
  readonly state?: StateStore;
  /** Whether tokens with equal claims are signed once; default `equal-claims`. */
  readonly remember?: "equal-claims" | "nothing";
}

/**
 * The simulated token service as a handler of requests. It answers every request, with an error of
 * ESTS where the real service would, and never rejects.
 *
 * @example
 * const directory = createDirectory(contoso, clock);
 * const ests = createEsts({ directory, clock, random: createRandom("1"), settings: contoso.settings });
 * const keys = await ests(new Request("https://login.microsoftonline.com/common/discovery/v2.0/keys"));
 */
export function createEsts(options: EstsOptions): Handler {
  const { directory, clock, random, settings, remember = "equal-claims" } = options;
  const { state = createMemoryStore() } = options;
  const parts: EstsParts = {
    directory,
    clock,
    random,
    settings,
    issuer: createTokenIssuer(directory, { remember }),
    grants: options.grants ?? createEstsGrants(options),
    loops: createLoopDetector(clock, settings.loopDetection, state),
    answeredRequests: state.map("answered SAML requests"),
    signedInApps: createSignedInApps(directory, state),
  };
  const draws = drawsOf(random, state);
  const traceIds = draws.fork("trace ids");
  const correlationIds = draws.fork("correlation ids");

  return async (request) => {
    const described = withScopeOfResource(await describeRequest(request));
    const traceId = traceIds.uuid();
    const context: EstsContext = {
      ...parts,
      request,
      described,
      origin: new URL(request.url).origin,
      traceId,
      correlationId: correlationIdOf(request, described) ?? correlationIds.uuid(),
    };
    if (described.preflight === true) return preflightResponse(context);
    try {
      const reply = described.endpoint === "other" ? await lookUpPage(context) : dispatch(context);
      return reply === undefined ? missingRoute(context) : replyResponse(context, reply);
    } catch (error) {
      if (!(error instanceof EstsError)) throw error;
      return errorResponse(context, error);
    }
  };
}

/** The grants of a service, for `EstsOptions.grants`. */
export function createEstsGrants({
  clock,
  random,
  state,
}: Pick<EstsOptions, "clock" | "random" | "state">): GrantStore {
  return createGrantStore(clock, random.fork("grants"), state);
}

function dispatch(context: EstsContext): EstsReply | undefined {
  const { described, request } = context;
  switch (described.endpoint) {
    case "instance-discovery":
      return { kind: "discovery", body: instanceDiscovery(context) };
    case "openid-configuration":
      return { kind: "discovery", body: openidConfiguration(context) };
    case "keys":
      return { kind: "discovery", body: publishedKeys(context) };
    case "user-realm":
      return { kind: "user-realm", body: userRealm(context) };
    case "token":
      demandPost(request);
      context.loops.check(context);
      return { kind: "token", body: tokenBody(context) };
    case "device-code":
      demandPost(request);
      return { kind: "token", body: startDeviceCode(context) };
    case "authorize": {
      const path = new URL(request.url).pathname.toLowerCase();
      if (path.endsWith("/deviceauth")) return deviceCodePage(context);
      if (path.endsWith("/login"))
        return isSamlSignIn(context) ? samlSignIn(context) : signIn(context);
      if (isFederationAnswerPath(path)) return answerFederation(context);
      if (isConsentPath(path)) return answerConsent(context);
      if (isSecondFactorAnswer(context)) return secondFactorReply(context);
      if (isStaySignedInAnswer(context))
        return isSamlSignIn(context)
          ? answerSamlStaySignedIn(context)
          : answerStaySignedIn(context);
      context.loops.check(context);
      return authorize(context);
    }
    case "logout":
      return signOut(context);
    case "saml":
      return isSamlSignOut(context) ? samlSignOut(context) : samlSignOn(context);
    case "saml-metadata":
      return { kind: "metadata", xml: federationMetadata(context) };
    case "userinfo":
    case "managed-identity":
    case "resource":
    case "other":
      return undefined;
  }
}

function secondFactorReply(context: EstsContext): EstsReply {
  if (context.described.parameters["otc"] !== undefined) return answerDeviceSecondFactor(context);
  return isSamlSignIn(context) ? answerSamlSecondFactor(context) : answerSecondFactor(context);
}

function tokenBody(context: EstsContext): Record<string, unknown> {
  const { described, clock } = context;
  const body = grantToken(context);
  return described.version === "1.0" ? v1Reply(described, body, clock.now()) : body;
}

function grantToken(context: EstsContext): Record<string, unknown> {
  const grant = required(context, "grant_type");
  checkRegionalHost(context);
  refuseResourceParameter(context.described);
  refuseOtherTokenTypes(context);
  switch (context.described.grant) {
    case "client_credentials":
      return grantClientCredentials(context);
    case "authorization_code":
      return grantAuthorizationCode(context);
    case "refresh_token":
      return grantRefreshToken(context);
    case "on_behalf_of":
      return grantOnBehalfOf(context);
    case "device_code":
      return grantDeviceCode(context);
    case "password":
      return grantPassword(context);
    default:
      throw new EstsError(70003, `Grant type: ${grant}.`);
  }
}

/** A bearer token instead would pass for one that is bound to a key. */
function refuseOtherTokenTypes({ described }: EstsContext): void {
  const type = otherTokenType(described);
  if (type !== undefined)
    throw new EstsError(9002313, `Brownout issues bearer tokens only, and not token_type=${type}.`);
}

function demandPost(request: Request): void {
  if (request.method !== "POST") throw new EstsError(900561, `Method: ${request.method}.`);
}
