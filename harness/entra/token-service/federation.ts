/**
 * Sign-in of a federated domain: Entra sends the browser to the federation server of the
 * organisation by WS-Federation, and takes its word at `/login.srf` (`docs/sources.md#a4`). The
 * server is simulated as far as a browser sees it: one page at `/adfs/ls/`. Its answer, `wresult`, is
 * a sealed text and no SAML assertion. Programs that ask it by WS-Trust find nothing.
 */
import type { FederatedDomain } from "../directory/federated-domain.ts";
import type { Tenant, User } from "../directory/world.ts";
import type { EstsContext } from "./context.ts";
import { EstsError } from "./ests-error.ts";
import type { EstsReply } from "./ests-reply.ts";
import { pageForm, pageFormPost } from "./html-pages.ts";
import { credentialFields } from "./sign-in-page.ts";
import { newSession, openSession, sealedSession, type SignInSession } from "./sign-in-session.ts";
import { checkAccount } from "./users.ts";

const REALM = "urn:federation:MicrosoftOnline";

/** The federated domain of a user name, or of a `domain_hint`; undefined for one whose passwords Entra checks. */
export function federationOf(
  { directory }: Pick<EstsContext, "directory">,
  name: string,
): FederatedDomain | undefined {
  const wanted = name.slice(name.indexOf("@") + 1).toLowerCase();
  return directory.world.tenants
    .flatMap(({ federatedDomains = [] }) => federatedDomains)
    .find(({ domain }) => domain.toLowerCase() === wanted);
}

/** The address of the federation server for a person, with what is to come back. */
export function federationAddress({ host }: FederatedDomain, name: string, wctx = ""): string {
  const asked = { username: name, wa: "wsignin1.0", wtrealm: REALM, wctx };
  return `https://${host}/adfs/ls/?${new URLSearchParams(asked)}`;
}

/** Sends the browser to the federation server; `ctx` and the tenant come back in `wctx`. */
export function toFederationServer(
  context: EstsContext,
  domain: FederatedDomain,
  { name, ctx }: { readonly name: string; readonly ctx: string },
): Extract<EstsReply, { kind: "redirect" }> {
  const carried = { tenant: context.described.tenant ?? "common", ctx };
  const wctx = new URLSearchParams(carried).toString();
  return { kind: "redirect", location: federationAddress(domain, name, wctx) };
}

/** The page of a federation server of the world; undefined for a request to anything else. */
export function federationServer(context: EstsContext): EstsReply | undefined {
  const { described, request, directory } = context;
  const { pathname } = new URL(request.url);
  const domains = directory.world.tenants
    .flatMap(({ federatedDomains = [] }) => federatedDomains)
    .filter(({ host }) => host === described.host);
  if (domains.length === 0 || !/^\/adfs\/ls\/?$/i.test(pathname)) return undefined;
  const { login, passwd, username = "", wctx = "", wtrealm = "" } = described.parameters;
  const show = (error?: EstsError): EstsReply => ({
    kind: "page",
    status: error === undefined ? 200 : 400,
    html: pageForm({
      heading: "Sign in with your organizational account",
      action: "/adfs/ls/",
      fields: [
        ...credentialFields(login ?? username),
        { name: "wctx", type: "hidden", value: wctx },
        { name: "wtrealm", type: "hidden", value: wtrealm },
      ],
      button: "Sign in",
      ...(error === undefined ? {} : { error }),
    }),
  });
  if (login === undefined) return show();
  const found = directory.homeOf(login);
  const isOwn = domains.some(({ domain }) => federationOf(context, login)?.domain === domain);
  if (found === undefined || !isOwn || found.user.password !== passwd)
    return show(new EstsError(50126));
  const hidden = {
    wa: "wsignin1.0",
    wresult: sealedSession(context, newSession(context, found)),
    wctx,
  };
  const fields = Object.entries(hidden).map(
    ([name, value]) => ({ name, type: "hidden", value }) as const,
  );
  const html = pageFormPost("https://login.microsoftonline.com/login.srf", fields);
  return { kind: "form-post", html };
}

/** The person whom a federation server vouches for at `/login.srf`; undefined when its word is old. */
export function vouchedFor(context: EstsContext): SignInSession | undefined {
  const session = openSession(context, context.described.parameters["wresult"] ?? "");
  if (session !== undefined) checkAccount(context, session);
  return session;
}

/** Whether a user's password is checked elsewhere. */
export function isFederated(
  context: EstsContext,
  { user }: { readonly tenant: Tenant; readonly user: User },
): boolean {
  return federationOf(context, user.upn) !== undefined;
}
