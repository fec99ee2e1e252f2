/**
 * Sign-out at Entra: it ends the session of the browser, lets each app of that session end its own
 * in a hidden frame, and sends the browser on (`docs/sources.md#a4`).
 */
import type { EstsContext } from "./context.ts";
import { registeredUri } from "./authorize-request.ts";
import type { EstsReply } from "./ests-reply.ts";
import { page, pageOfFrames } from "./html-pages.ts";
import { signedOutCookies, signInSessionId, signInSessionOf } from "./sign-in-session.ts";
import { logoutRequestAddress } from "../saml/logout-message.ts";
import type { SignedInApp } from "./signed-in-apps.ts";

type SignedOut = Extract<EstsReply, { kind: "page" | "redirect" }>;

/**
 * `GET …/logout`: ends the session and sends the browser to the app's registered address.
 * Hints of who signs out are accepted and ignored, since a browser has one session here.
 */
export function signOut(context: EstsContext): SignedOut {
  const { post_logout_redirect_uri: back, state } = context.described.parameters;
  const isKnown = context.directory.world.tenants
    .flatMap(({ apps }) => apps)
    .some((app) => back !== undefined && registeredUri(app, back) !== undefined);
  if (back === undefined || !isKnown) return endSession(context, {});
  const location = new URL(back);
  if (state !== undefined) location.searchParams.set("state", state);
  return endSession(context, { next: location.href });
}

/** Ends the session of the browser; `next` is where it goes on, `exceptFor` the client id of an app that has signed the person out itself. */
export function endSession(
  context: EstsContext,
  { next, exceptFor }: { readonly next?: string; readonly exceptFor?: string },
): SignedOut {
  const session = signInSessionOf(context);
  const cookies = signedOutCookies(context);
  const sessionId = session === undefined ? "" : signInSessionId(context, session);
  const frames = context.signedInApps
    .take(sessionId)
    .filter(({ app }) => app.clientId !== exceptFor)
    .map((signedIn) => frameOf(context, sessionId, signedIn));
  if (frames.length > 0) {
    const html = pageOfFrames({ title: "You signed out", frames, next });
    return { kind: "page", status: 200, html, cookies };
  }
  if (next !== undefined) return { kind: "redirect", location: next, cookies };
  const html = page("You signed out", "You may close this window.");
  return { kind: "page", status: 200, html, cookies };
}

/** Entra names the session in `sid`, and no issuer beside it (`docs/sources.md#a4`). */
function frameOf(context: EstsContext, sessionId: string, signedIn: SignedInApp): string {
  const { app, name } = signedIn;
  if (app.saml !== undefined && name !== undefined)
    return logoutRequestAddress(context, { ...signedIn, saml: app.saml, name });
  const address = new URL(app.logoutUrl ?? "");
  address.searchParams.set("sid", sessionId);
  return address.href;
}
