/**
 * Sign-in by the backup: an app that asks authorize for an id token and nothing else gets one
 * as long as the browser's session is known. For everything else the client gets the
 * primary's own failure.
 */
import type { Directory } from "../directory/directory.ts";
import type { EntraRequest } from "../request/endpoint.ts";
import { createResponse } from "../../core/http/message.ts";
import type { ObservedIdTokenSession } from "./id-token-sessions.ts";
import type { BrowserSessionStore } from "./sessions-by-cookie.ts";
import type { FlowKind } from "./edition.ts";
import type { Attempt } from "./eligibility.ts";
import type { ObservedSession } from "./observed-session.ts";
import { formPage, NO_STORE } from "./posted-form.ts";
import type { Reissue } from "./reissue.ts";

/** Decides whether the backup may serve a session, by its rules. */
export type IsServed = (
  wanted: Pick<Attempt, "flow" | "interactive" | "scopes">,
  described: EntraRequest,
  session: ObservedSession,
) => boolean;

export interface SignInParts {
  readonly directory: Directory;
  readonly sessions: BrowserSessionStore<ObservedIdTokenSession>;
  readonly reissue: Reissue;
  readonly lifetimeSeconds: number;
  readonly isServed: IsServed;
}

/** Values of `prompt` that need a person. */
const INTERACTIVE = new Set(["login", "consent", "select_account", "create"]);

/** The answer of authorize; `undefined` when the backup has none. */
export function signInByBackup(
  parts: SignInParts,
  request: Request,
  described: EntraRequest,
): Response | undefined {
  const { parameters: fields } = described;
  const flow = flowOf(parts.directory, described);
  if (request.method !== "GET" || flow === undefined) return undefined;
  const session = parts.sessions.of(request, described.app ?? "");
  const isOfThisSession =
    session !== undefined &&
    fields["redirect_uri"] === session.redirectUri &&
    isNamed(parts.directory, session, fields["login_hint"]);
  if (!isOfThisSession) return undefined;
  const wanted = {
    flow,
    interactive: INTERACTIVE.has(fields["prompt"] ?? ""),
    scopes: (fields["scope"] ?? "").split(/\s+/).filter((scope) => scope !== ""),
  };
  if (!parts.isServed(wanted, described, session)) return undefined;
  return answer(session, fields, renew(parts, session, fields["nonce"]));
}

/** Whether a login hint names the session's user; true without a hint. */
export function isNamed(
  directory: Directory,
  { tenantId, userId }: Pick<ObservedSession, "tenantId" | "userId">,
  hint: string | undefined,
): boolean {
  if (hint === undefined) return true;
  const tenant = directory.tenant(tenantId);
  const user = tenant === undefined ? undefined : directory.user(tenant, userId);
  return user?.upn.toLowerCase() === hint.toLowerCase();
}

/** The flow of a request for an id token only, by the kind of its app. */
function flowOf(directory: Directory, { app, parameters }: EntraRequest): FlowKind | undefined {
  if (parameters["response_type"] !== "id_token") return undefined;
  const found = directory.appAnywhere(app);
  if (found?.kind === "spa") return "spa-implicit-id-token";
  return found?.kind === "web" ? "web-id-token" : undefined;
}

function renew(
  { reissue, lifetimeSeconds }: SignInParts,
  { idToken }: ObservedIdTokenSession,
  nonce: string | undefined,
): string {
  return reissue(idToken, { lifetimeSeconds, ...(nonce === undefined ? {} : { nonce }) });
}

function answer(
  { redirectUri, clientInfo }: ObservedIdTokenSession,
  fields: Readonly<Record<string, string>>,
  idToken: string,
): Response {
  const { state, response_mode: mode, client_info: asksForInfo } = fields;
  const all = {
    id_token: idToken,
    // Whether the real backup sends it is not documented; msal 1.x throws a TypeError without it.
    ...(asksForInfo === "1" && clientInfo !== undefined ? { client_info: clientInfo } : {}),
    ...(state === undefined ? {} : { state }),
  };
  if (mode === "form_post") return formPage(redirectUri, all);
  const location = new URL(redirectUri);
  location.hash = new URLSearchParams(all).toString();
  return createResponse("", { status: 302, headers: [["Location", location.href], ...NO_STORE] });
}
