/**
 * The page for the second factor, by a service of its own: an app asks for approval, or a code is
 * typed; with nothing registered, the person registers the app first. Its form posts to
 * `/common/SAS/ProcessAuth` (`docs/sources.md#a4`). The real page asks two more addresses of that
 * service by script; ours asks the one, so that a browser without scripts can answer it.
 */
import type { SecondFactor } from "../directory/world.ts";
import { isSecondFactorPath, SECOND_FACTOR_PATH } from "../request/endpoint.ts";
import type { EstsContext } from "./context.ts";
import { EstsError } from "./ests-error.ts";
import type { EstsReply } from "./ests-reply.ts";
import { pageForm, pageFormPost, type PageButton, type PageField } from "./html-pages.ts";
import {
  openSession,
  sealedSession,
  signInSessionCookies,
  type SignInSession,
} from "./sign-in-session.ts";

/** A sign-in that waits for a second factor. */
export interface SecondFactorPage {
  readonly session: SignInSession;
  readonly clientId: string;
  /** The carried request, as the sign-in page has it, and what else the answer has to bring back. */
  readonly hidden: Readonly<Record<string, string>>;
  /** Whether the session began with this sign-in, so that it is still to be asked how long it lasts. */
  readonly begins: "now" | "before";
  /** Why the page is shown again. */
  readonly error?: EstsError;
}

type Page = Extract<EstsReply, { kind: "page" | "form-post" }>;

/** The field of a typed code, by its name in the real service's own requests. */
const CODE_FIELD = "AdditionalAuthData";
const METHOD_FIELD = "AuthMethodId";

/** Shows the page, or one that posts itself. */
export function secondFactorPage(context: EstsContext, asked: SecondFactorPage): Page {
  const { session, clientId, hidden, begins, error } = asked;
  const method = context.directory.secondFactor(session.user);
  const carried = {
    ...hidden,
    appid: clientId,
    tenant: context.described.tenant ?? session.tenant.id,
    begins,
    flowToken: sealedSession(context, session),
  };
  const fields = Object.entries(carried).map(([name, value]): PageField => ({
    name,
    type: "hidden",
    value,
  }));
  const cookies = signInSessionCookies(context, session);
  if (context.settings.secondFactorPage === "automatic") {
    const typed: PageField = {
      name: method.kind === "code" ? CODE_FIELD : METHOD_FIELD,
      type: "hidden",
      value: method.kind === "code" ? method.code : "PhoneAppNotification",
    };
    return {
      kind: "form-post",
      html: pageFormPost(SECOND_FACTOR_PATH, [...fields, typed]),
      cookies,
    };
  }
  const html = pageForm({
    ...partsOf(method, fields),
    action: SECOND_FACTOR_PATH,
    ...(error === undefined ? {} : { error }),
  });
  return { kind: "page", status: error === undefined ? 200 : 400, html, cookies };
}

function partsOf(
  method: SecondFactor,
  hidden: readonly PageField[],
): { heading: string; fields: readonly PageField[]; button: readonly PageButton[] } {
  const confirm = { name: METHOD_FIELD, value: "PhoneAppNotification", focused: true };
  const deny = { name: "denied", value: "1", label: "Deny" };
  const cancel = { name: "cancel", value: "1", label: "Cancel" };
  switch (method.kind) {
    case "app":
      return {
        heading: "Approve sign in request",
        fields: hidden,
        button: [{ ...confirm, label: "Approve" }, deny, cancel],
      };
    case "code":
      return {
        heading: "Enter code",
        fields: [...hidden, { name: CODE_FIELD, type: "text", label: "Code" }],
        button: [{ ...confirm, value: "PhoneAppOTP", label: "Verify" }, cancel],
      };
    case "none":
      return {
        heading: "More information required",
        fields: hidden,
        button: [{ ...confirm, label: "Next" }, cancel],
      };
  }
}

/** Whether a request is the answer to the page. */
export function isSecondFactorAnswer({ request }: EstsContext): boolean {
  return isSecondFactorPath(new URL(request.url).pathname);
}

/** What the person answered. */
export interface SecondFactorAnswer {
  /** The session, with the second factor; as it was when the answer is wrong. */
  readonly session: SignInSession;
  readonly begins: "now" | "before";
  readonly error?: EstsError;
}

/** Reads the answer; undefined when the page has aged out, and the person begins again. */
export function secondFactorAnswer(context: EstsContext): SecondFactorAnswer | undefined {
  const { parameters } = context.described;
  const session = openSession(context, parameters["flowToken"] ?? "");
  if (session === undefined) return undefined;
  const begins = parameters["begins"] === "before" ? "before" : "now";
  if (!isConfirmed(context, session)) return { session, begins, error: new EstsError(500121) };
  const { directory, clock } = context;
  if (directory.secondFactor(session.user).kind === "none")
    directory.registerSecondFactor(session.user);
  directory.noteProved(session.user);
  return { session: { ...session, secondFactorAtMs: clock.now() }, begins };
}

function isConfirmed({ described, directory }: EstsContext, { user }: SignInSession): boolean {
  const { denied, [CODE_FIELD]: typed, [METHOD_FIELD]: method } = described.parameters;
  if (denied !== undefined) return false;
  const known = directory.secondFactor(user);
  return known.kind === "code" ? typed === known.code : method !== undefined;
}
