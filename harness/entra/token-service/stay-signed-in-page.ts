/**
 * The page "Stay signed in?", which a tenant may show after the password: its form posts to `/kmsi`
 * (keep me signed in). Hidden fields carry the request and the session that is to begin.
 */
import { isStaySignedInPath } from "../request/endpoint.ts";
import type { EstsContext } from "./context.ts";
import type { EstsReply } from "./ests-reply.ts";
import { pageForm } from "./html-pages.ts";
import {
  newSession,
  openSession,
  sealedSession,
  type SignedInPerson,
  type SignInSession,
} from "./sign-in-session.ts";

/** `LoginOptions` of the two buttons (`docs/sources.md#a4`); that of No is a guess. */
const ANSWERS = { yes: "1", no: "3" } as const;

/** The session after a password: with the answer of the setting, or with the page that asks. */
export function afterPassword<Reply extends EstsReply>(
  context: EstsContext,
  who: SignedInPerson,
  succeed: (session: SignInSession) => Reply,
): Reply | Extract<EstsReply, { kind: "page" }> {
  return context.settings.staySignedInPage === "hidden"
    ? succeed(newSession(context, who))
    : staySignedInPage(context, newSession(context, who, "no"));
}

function staySignedInPage(
  context: EstsContext,
  session: SignInSession,
): Extract<EstsReply, { kind: "page" }> {
  const hidden = {
    type: "28",
    ctx: context.described.parameters["ctx"] ?? "",
    tenant: context.described.tenant ?? "",
    flowToken: sealedSession(context, session),
  };
  const html = pageForm({
    heading: "Stay signed in?",
    action: "/kmsi",
    fields: Object.entries(hidden).map(([name, value]) => ({ name, type: "hidden", value })),
    button: (["no", "yes"] as const).map((answer) => ({
      name: "LoginOptions",
      value: ANSWERS[answer],
      label: answer === "yes" ? "Yes" : "No",
      focused: answer === context.settings.staySignedIn,
    })),
  });
  return { kind: "page", status: 200, html };
}

/** Whether a request is the answer to the page. */
export function isStaySignedInAnswer({ request }: EstsContext): boolean {
  return isStaySignedInPath(new URL(request.url).pathname);
}

/** The session that the answer begins; undefined when the page has aged out. */
export function sessionOfAnswer(context: EstsContext): SignInSession | undefined {
  const { flowToken = "", LoginOptions: answer } = context.described.parameters;
  const who = openSession(context, flowToken);
  return who && newSession(context, who, answer === ANSWERS.yes ? "yes" : "no");
}
