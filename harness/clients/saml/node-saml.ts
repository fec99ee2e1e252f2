/**
 * The real `@node-saml/node-saml` as a service provider, called the way its documentation shows
 * and configured strictly: signed assertions, audience, InResponseTo. This client is its own
 * assertion consumer service: the user's browser posts the form here.
 */
import { readFileSync } from "node:fs";
import type { Profile, SAML, SamlConfig } from "@node-saml/node-saml";
import type { SamlRegistration } from "../../entra/directory/world.ts";
import { HarnessError } from "../../core/errors.ts";
import { providerSettings } from "../../entra/saml/saml-settings.ts";
import type { Flow } from "../../history/event.ts";
import type {
  ClientContext,
  ClientErrorDescription,
  ClientInstance,
  ClientUnderTest,
  OpenOptions,
  TokenRequest,
  TokenResult,
} from "../client.ts";
import { installedVersion, loadFrom, notInstalled } from "../installed-package.ts";
import { answersOf, browserOf } from "../user-browser.ts";
import { createReplayGuard, type ReplayGuard } from "./saml-replay-guard.ts";
import { PageError } from "../user-agent.ts";

type NodeSaml = typeof import("@node-saml/node-saml");

/** The flows that it supports. */
export const nodeSamlFlows = [
  "saml-idp-initiated",
  "saml-sp-initiated",
] as const satisfies readonly Flow[];

/** Loads `@node-saml/node-saml`, from `folder`, else from the packages installed beside Brownout; rejects with `client-not-installed`. */
export async function loadNodeSaml(folder?: string): Promise<ClientUnderTest> {
  const library = await (folder === undefined
    ? import("@node-saml/node-saml").catch((cause: unknown) => {
        throw notInstalled("@node-saml/node-saml", { major: 5, cause });
      })
    : loadFrom<NodeSaml>(folder, "@node-saml/node-saml"));
  return {
    name: "node-saml",
    version: installedVersion("@node-saml/node-saml", folder),
    flows: nodeSamlFlows,
    open: (options, context) => Promise.resolve(openInstance(library, options, context)),
    describeError,
  };
}

/** The strict configuration of a service provider for an app of the world. */
export function serviceProviderOptions(
  library: Pick<NodeSaml, "ValidateInResponseTo">,
  saml: SamlRegistration,
  place: {
    /** Where requests are sent. */
    readonly entryPoint: string;
    /** PEM; present when requests are signed. */
    readonly privateKey?: string;
    readonly newId: () => string;
  },
): SamlConfig {
  const { entryPoint, privateKey, newId } = place;
  return {
    ...providerSettings(saml),
    entryPoint,
    // Unsolicited responses are accepted, too, or no sign-in could start at Entra.
    validateInResponseTo: library.ValidateInResponseTo.ifPresent,
    acceptedClockSkewMs: 0,
    generateUniqueId: newId,
    ...(privateKey === undefined ? {} : { privateKey, signatureAlgorithm: "sha256" as const }),
  };
}

interface Provider {
  readonly saml: SAML;
  readonly registration: SamlRegistration;
  readonly guard: ReplayGuard;
  readonly options: OpenOptions;
  readonly context: ClientContext;
}

function openInstance(
  library: NodeSaml,
  options: OpenOptions,
  context: ClientContext,
): ClientInstance {
  const { saml: registration, name } = options.app;
  if (registration === undefined) {
    throw new HarnessError("bad-scenario", `the app ${name} has no SAML registration`, {
      place: name,
      hint: "Open an app whose registration has a saml block, such as expenses.",
    });
  }
  const isSigned = registration.requestCertificates !== undefined;
  const saml = new library.SAML(
    serviceProviderOptions(library, registration, {
      entryPoint: `${context.authorityHost}/${options.tenant.id}/saml2`,
      ...(isSigned
        ? { privateKey: readFileSync(context.certificateOf(name).privateKeyFile, "utf8") }
        : {}),
      newId: () => `_${context.random.uuid()}`,
    }),
  );
  const provider = { saml, registration, guard: createReplayGuard(), options, context };
  return { acquire: (request) => signIn(provider, request) };
}

async function signIn(provider: Provider, request: TokenRequest): Promise<TokenResult> {
  const { saml, guard, context } = provider;
  const answer = await browse(provider, request, await startOf(provider, request));
  const SAMLResponse = answer.get("SAMLResponse") ?? "";
  const { profile } = await saml.validatePostResponseAsync({ SAMLResponse });
  if (profile === null) throw new Error("the response has no user");
  const { id, expiresAt } = lifeOf(profile);
  // node-saml does not detect replays; the SAML profiles require it of its user (4.1.4.5).
  guard.admit(id, { expiresAt, nowMs: context.clock.now() });
  const home = [OBJECT_ID, TENANT_ID].map((name) => String(profile[name]));
  return {
    accessToken: SAMLResponse,
    expiresAt,
    fromCache: false,
    homeAccountId: home.join("."),
  };
}

const CLAIMS = "http://schemas.microsoft.com/identity/claims/";
const OBJECT_ID = `${CLAIMS}objectidentifier`;
const TENANT_ID = `${CLAIMS}tenantid`;

/** The first address of the user's browser: the provider's request, or Entra's own launch address. */
async function startOf(provider: Provider, request: TokenRequest): Promise<string> {
  const { saml, options, context } = provider;
  const { flow, user } = request;
  const hint = user === undefined ? {} : { login_hint: user.upn };
  switch (flow) {
    case "saml-sp-initiated":
      return saml.getAuthorizeUrlAsync(context.random.token(16), undefined, {
        additionalParams: hint,
      });
    case "saml-idp-initiated": {
      const query = new URLSearchParams({ appid: options.app.clientId, ...hint });
      return `${context.authorityHost}/${options.tenant.id}/saml2/launch?${query.toString()}`;
    }
    default:
      throw new HarnessError("bad-scenario", `node-saml does not support ${flow}`, {
        place: options.app.name,
        hint: `It supports ${nodeSamlFlows.join(" and ")}.`,
      });
  }
}

async function browse(
  { registration, options, context }: Provider,
  request: TokenRequest,
  url: string,
): Promise<URLSearchParams> {
  const browser = browserOf(request, options, context);
  const answer = await browser.visit(url, registration.replyUrls[0], answersOf(request));
  if (answer === undefined) throw new Error("the sign-in page did not return to the redirect URI");
  return answer;
}

/** Id and expiry of the verified assertion. */
function lifeOf(profile: Profile): { readonly id: string; readonly expiresAt: number } {
  const { Assertion: assertion } = (profile.getAssertion?.() ?? {}) as {
    readonly Assertion?: {
      readonly $?: { readonly ID?: string };
      readonly Conditions?: readonly { readonly $?: { readonly NotOnOrAfter?: string } }[];
    };
  };
  return {
    id: assertion?.$?.ID ?? "",
    expiresAt: Date.parse(assertion?.Conditions?.[0]?.$?.NotOnOrAfter ?? ""),
  };
}

/** node-saml uses one class of error for everything except a status of the provider; only the messages differ. */
function describeError(error: unknown): ClientErrorDescription | undefined {
  if (!(error instanceof Error) || error instanceof HarnessError) return undefined;
  const { name, message } = error;
  const code = error instanceof PageError ? "sign_in_page" : "saml_response";
  return { name, code, message, interactionRequired: false };
}
