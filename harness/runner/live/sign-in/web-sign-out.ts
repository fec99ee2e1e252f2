/** Signs a person out of a web app and of Entra, by OpenID Connect or by SAML: a browser without a screen goes from the app to Entra, opens its hidden frames, and goes back. */
import { type FrameEnd, visit } from "./browser-visit.ts";
import { notSignedIn, refusedBy, requestOf, stoppedAt } from "./not-signed-in.ts";
import { shortNameOf } from "./person.ts";
import { isInOutage } from "./sign-in-outcome.ts";
import { createSignInVisit } from "./sign-in-visit.ts";
import type { SignOutFrame, SignOutVisit } from "./sign-in.ts";
import type { PageOfApp, SignInParts } from "./web-sign-in.ts";

/** Entra's cookie of the session, without a value. */
const SESSION_ENDED = /^ESTSAUTH=;/;

/** Resolves when the session at Entra has ended; rejects `not-signed-out`. */
export async function signOutOfWebApp(
  { recorder, mounted, world, refusals, client }: SignInParts,
  { user, app, browser, start }: PageOfApp,
): Promise<SignOutVisit> {
  const before = refusals().length;
  let hasEnded = false;
  const end = await visit(start, {
    app,
    ...browser,
    // A page that asks for the next sign-in is left as it is.
    person: undefined,
    asked: () => undefined,
    async askEntra(request) {
      const response = await recorder.causedBy({ client }, () => mounted.fetch(request));
      hasEnded ||= response.headers.getSetCookie().some((line) => SESSION_ENDED.test(line));
      return response;
    },
  });
  if (hasEnded) browser.people.clear();
  const person = shortNameOf(user);
  const act = "sign-out";
  const refusal = refusals()[before];
  if (!hasEnded && refusal !== undefined) throw refusedBy(refusal, { person, world, act });
  const { status = 0 } = end.answer ?? {};
  if (status === 0 || status >= 400)
    throw stoppedAt(end, { person, inOutage: isInOutage(recorder.events), act });
  if (!hasEnded) {
    const why = `the app answered ${requestOf(end)} with ${status}, and did not end the session at Entra`;
    const hint =
      "The next person who opens the app is signed in again without a password: send the browser to the end_session_endpoint of OpenID Connect, or with a LogoutRequest of SAML.";
    throw notSignedIn(person, why, { act, hint });
  }
  const signedOut = createSignInVisit(end, { jar: browser.jar, app });
  return { ...signedOut, frames: end.frames.map(frameSeen) };
}

function frameSeen({ url, answer, withheld }: FrameEnd): SignOutFrame {
  return { url: url.href, status: answer?.status ?? 0, withheldCookies: withheld };
}
