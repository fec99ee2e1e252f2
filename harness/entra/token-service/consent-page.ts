/**
 * The page that asks a person to consent to what an app asks for, and the page that says that an
 * administrator has to (`docs/sources.md#a4`). Its form posts to `/common/Consent/Set`.
 */
import { findResource, splitScope } from "../directory/identifiers.ts";
import type { AppRegistration, User } from "../directory/world.ts";
import { CONSENT_PATH } from "../request/endpoint.ts";
import type { EstsContext } from "./context.ts";
import { EstsError } from "./ests-error.ts";
import type { EstsReply } from "./ests-reply.ts";
import { pageForm } from "./html-pages.ts";
import { sealedSession, type SignInSession } from "./sign-in-session.ts";

/** The app with what the person has consented to on the page, beside what it was granted in its registration. */
export function withConsentOf(
  { directory }: Pick<EstsContext, "directory">,
  app: AppRegistration,
  user: User,
): AppRegistration {
  const given = directory.consents(app, user);
  return given.length === 0 ? app : { ...app, delegated: [...app.delegated, ...given] };
}

/** The permissions in a request that no one has consented to, and who may. */
export interface MissingConsent {
  readonly scopes: readonly string[];
  readonly by: "user" | "administrator";
}

/** `undefined` when there is nothing to ask; a scope that the registration does not know is refused elsewhere. */
export function missingConsent(
  { directory }: Pick<EstsContext, "directory">,
  { app, user, scope }: { app: AppRegistration; user: User; scope: string },
): MissingConsent | undefined {
  const { userConsent = [], adminConsent = [] } = app;
  const given = directory.consents(app, user);
  const asked = scope.split(/\s+/).map(keyOf(directory));
  const among = (known: readonly string[]): readonly string[] =>
    known.filter((name) => !given.includes(name) && asked.includes(keyOf(directory)(name)));
  const ofAdministrator = among(adminConsent);
  if (ofAdministrator.length > 0) return { scopes: ofAdministrator, by: "administrator" };
  const ofUser = among(userConsent);
  return ofUser.length > 0 ? { scopes: ofUser, by: "user" } : undefined;
}

/** The same for a scope with and without its resource, and in any case. */
function keyOf({ world }: EstsContext["directory"]): (scope: string) => string {
  return (scope) => {
    const { identifier, permission } = splitScope(scope);
    const resource = findResource(world.resources, identifier)?.identifierUri ?? identifier;
    return `${resource}/${permission}`.toLowerCase();
  };
}

/** The page for what is missing. */
export function consentPage(
  context: EstsContext,
  {
    app,
    session,
    ctx,
    missing,
  }: {
    readonly app: AppRegistration;
    readonly session: SignInSession;
    readonly ctx: string;
    readonly missing: MissingConsent;
  },
): Extract<EstsReply, { kind: "page" }> {
  const hidden = {
    ctx,
    tenant: context.described.tenant ?? session.tenant.id,
    appid: app.clientId,
    flowToken: sealedSession(context, session),
  };
  const isOfUser = missing.by === "user";
  const cancel = { name: "cancel", value: "1", label: isOfUser ? "Cancel" : "Return to the app" };
  const html = pageForm({
    heading: isOfUser ? "Permissions requested" : "Need admin approval",
    action: CONSENT_PATH,
    fields: Object.entries(hidden).map(([name, value]) => ({ name, type: "hidden", value })),
    button: isOfUser
      ? [{ name: "acceptConsent", value: "true", label: "Accept", focused: true }, cancel]
      : [{ ...cancel, focused: true }],
    ...(isOfUser ? {} : { error: new EstsError(90094, `Scopes: ${missing.scopes.join(" ")}.`) }),
  });
  return { kind: "page", status: 200, html };
}
