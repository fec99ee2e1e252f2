/**
 * Reads an authorize request: who asks, for what, and where the answer goes. Whatever is
 * wrong before the redirect URI is known to be the app's own is shown as a page, because
 * an answer sent to a stranger's address would give the code away.
 */
import type { AppRegistration, Tenant } from "../directory/world.ts";
import { isSharedEndpoint, sharedAppOf, tenantOf, type EstsContext } from "./context.ts";
import { EstsError } from "./ests-error.ts";

export type ResponseMode = "query" | "fragment" | "form_post";

/** A request whose redirect URI belongs to its app. */
export interface AuthorizeRequest {
  readonly app: AppRegistration;
  /** Absent on a shared endpoint: the user's home decides. */
  readonly tenant?: Tenant;
  readonly redirectUri: string;
  readonly redirectType: "web" | "spa" | "native";
  readonly responseTypes: ReadonlySet<string>;
  readonly responseMode: ResponseMode;
  /** Fields of the request, as sent to authorize; the sign-in page carries them along. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Throws an `EstsError` that only a page may show: 90002, 700016, 50194, 50011, 900144. */
export function readAuthorizeRequest(
  context: EstsContext,
  fields: Readonly<Record<string, string>>,
): AuthorizeRequest {
  const tenant = isSharedEndpoint(context.described.tenant ?? "") ? undefined : tenantOf(context);
  const app = appAsked(context, tenant, field(fields, "client_id"));
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

/** The registration of an app that an address falls under; `undefined` for a stranger's. */
export function registeredUri(
  { redirectUris }: AppRegistration,
  asked: string,
): AppRegistration["redirectUris"][number] | undefined {
  return redirectUris.find(({ uri }) => uri === asked || isLoopbackOf(uri, asked));
}

/** Whether authorize itself is to hand out a token. */
export function isImplicit(responseTypes: ReadonlySet<string>): boolean {
  return responseTypes.has("id_token") || responseTypes.has("token");
}

/** Those of the metadata (A.3), and what the implicit flow's document renews access tokens with, `token` alone. */
const RESPONSE_TYPES = new Set(["code", "id_token", "code id_token", "id_token token", "token"]);

/** What is wrong with a request whose answer may go to its app: 900144, 700054, 70007. */
export function checkAuthorizeRequest(request: AuthorizeRequest): void {
  const { fields, responseTypes, app } = request;
  field(fields, "response_type");
  field(fields, "scope");
  const asked = [...responseTypes].sort().join(" ");
  if (!RESPONSE_TYPES.has(asked)) throw new EstsError(700054, `Response type: ${asked}.`);
  const implicit = isImplicit(responseTypes);
  // Our choice: registrations say which tokens authorize may issue, and these do not.
  const isEnabled =
    app.kind === "spa" || (app.kind === "web" && responseTypes.has("id_token")) || !implicit;
  if (!isEnabled) {
    throw new EstsError(700054, `Response type: ${asked}.`);
  }
  if (responseTypes.has("id_token")) field(fields, "nonce");
  // A token in a query would stand in every log on its way.
  if (implicit && fields["response_mode"] === "query") throw new EstsError(70007);
  const mode = fields["response_mode"];
  if (mode !== undefined && !isResponseMode(mode)) throw new EstsError(70007, `Mode: ${mode}.`);
}

function field(fields: Readonly<Record<string, string>>, name: string): string {
  const value = fields[name];
  if (value === undefined || value === "") throw new EstsError(900144, `Parameter: ${name}.`);
  return value;
}

function appAsked(
  context: EstsContext,
  tenant: Tenant | undefined,
  clientId: string,
): AppRegistration {
  if (tenant === undefined) return sharedAppOf(context, clientId);
  const found = context.directory.app(tenant, clientId);
  if (found === undefined) throw new EstsError(700016, `Application: ${clientId}.`);
  return found;
}

/** RFC 8252 section 7.3: a native app listens on whatever loopback port is free. */
function isLoopbackOf(registered: string, asked: string): boolean {
  if (!URL.canParse(asked) || !URL.canParse(registered)) return false;
  const [one, other] = [new URL(registered), new URL(asked)];
  return (
    one.protocol === other.protocol &&
    one.hostname === "localhost" &&
    other.hostname === "localhost" &&
    one.pathname === other.pathname
  );
}

function responseModeOf(
  asked: string | undefined,
  responseTypes: ReadonlySet<string>,
): ResponseMode {
  const implied = isImplicit(responseTypes) ? "fragment" : "query";
  if (asked === undefined || !isResponseMode(asked)) return implied;
  return asked === "query" ? implied : asked;
}

function isResponseMode(mode: string): mode is ResponseMode {
  return mode === "query" || mode === "fragment" || mode === "form_post";
}
