/**
 * Reads an authorize request: which app asks, for what, and where the answer goes. An error
 * found before the redirect URI is known to belong to the app is shown as a page, because
 * an answer to a foreign address would give the code away.
 */
import type { AppRegistration, Tenant } from "../directory/world.ts";
import { isSharedEndpoint, sharedAppOf, tenantOf, type EstsContext } from "./context.ts";
import { EstsError } from "./ests-error.ts";

export type ResponseMode = "query" | "fragment" | "form_post";

/** A request whose redirect URI belongs to its app. */
export interface AuthorizeRequest {
  readonly app: AppRegistration;
  /** Absent on a shared endpoint, where the user's home tenant is used. */
  readonly tenant?: Tenant;
  readonly redirectUri: string;
  readonly redirectType: "web" | "spa" | "native";
  readonly responseTypes: ReadonlySet<string>;
  readonly responseMode: ResponseMode;
  /** The parameters of the request; the sign-in page carries them in its form. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Throws an `EstsError` that only a page may show: 90002, 700016, 50194, 50011 or 900144. */
export function readAuthorizeRequest(
  context: EstsContext,
  fields: Readonly<Record<string, string>>,
): AuthorizeRequest {
  const tenant = isSharedEndpoint(context.described.tenant ?? "") ? undefined : tenantOf(context);
  const app = requestedApp(context, tenant, field(fields, "client_id"));
  const redirectUri = field(fields, "redirect_uri");
  const registered = registeredUri(app, redirectUri);
  if (registered === undefined) throw new EstsError(50011, `Redirect URI: ${redirectUri}.`);
  const responseTypes = new Set((fields["response_type"] ?? "").split(/\s+/).filter(Boolean));
  return {
    app,
    ...(tenant === undefined ? {} : { tenant }),
    redirectUri,
    redirectType: registered.type,
    responseTypes,
    responseMode: responseModeOf(fields["response_mode"], responseTypes),
    fields,
  };
}

/** The registered redirect URI that matches an address; `undefined` when none does. */
export function registeredUri(
  { redirectUris }: AppRegistration,
  requested: string,
): AppRegistration["redirectUris"][number] | undefined {
  return redirectUris.find(({ uri }) => uri === requested || isLoopbackOf(uri, requested));
}

/** Whether the authorize endpoint itself issues a token. */
export function isImplicit(responseTypes: ReadonlySet<string>): boolean {
  return responseTypes.has("id_token") || responseTypes.has("token");
}

/** Those of the metadata (A.3), and `token` alone, which the document of the implicit flow uses to renew access tokens. */
const RESPONSE_TYPES = new Set(["code", "id_token", "code id_token", "id_token token", "token"]);

/** Throws for a faulty request whose answer may go to its app: 900144, 700054 or 70007. */
export function checkAuthorizeRequest(request: AuthorizeRequest): void {
  const { fields, responseTypes, app } = request;
  field(fields, "response_type");
  field(fields, "scope");
  const requested = [...responseTypes].sort().join(" ");
  if (!RESPONSE_TYPES.has(requested)) throw new EstsError(700054, `Response type: ${requested}.`);
  const implicit = isImplicit(responseTypes);
  // Our choice: real registrations say which tokens authorize may issue; registrations of a world do not.
  const isEnabled =
    app.kind === "spa" || (app.kind === "web" && responseTypes.has("id_token")) || !implicit;
  if (!isEnabled) {
    throw new EstsError(700054, `Response type: ${requested}.`);
  }
  if (responseTypes.has("id_token")) field(fields, "nonce");
  // A token in a query would appear in every log on its way.
  if (implicit && fields["response_mode"] === "query") throw new EstsError(70007);
  const mode = fields["response_mode"];
  if (mode !== undefined && !isResponseMode(mode)) throw new EstsError(70007, `Mode: ${mode}.`);
}

function field(fields: Readonly<Record<string, string>>, name: string): string {
  const value = fields[name];
  if (value === undefined || value === "") throw new EstsError(900144, `Parameter: ${name}.`);
  return value;
}

function requestedApp(
  context: EstsContext,
  tenant: Tenant | undefined,
  clientId: string,
): AppRegistration {
  if (tenant === undefined) return sharedAppOf(context, clientId);
  const found = context.directory.app(tenant, clientId);
  if (found === undefined) throw new EstsError(700016, `Application: ${clientId}.`);
  return found;
}

/** RFC 8252 section 7.3: a native app may listen on any loopback port. */
function isLoopbackOf(registered: string, requested: string): boolean {
  if (!URL.canParse(requested) || !URL.canParse(registered)) return false;
  const [one, other] = [new URL(registered), new URL(requested)];
  return (
    one.protocol === other.protocol &&
    one.hostname === "localhost" &&
    other.hostname === "localhost" &&
    one.pathname === other.pathname
  );
}

function responseModeOf(
  requested: string | undefined,
  responseTypes: ReadonlySet<string>,
): ResponseMode {
  const implied = isImplicit(responseTypes) ? "fragment" : "query";
  if (requested === undefined || !isResponseMode(requested)) return implied;
  return requested === "query" ? implied : requested;
}

function isResponseMode(mode: string): mode is ResponseMode {
  return mode === "query" || mode === "fragment" || mode === "form_post";
}
