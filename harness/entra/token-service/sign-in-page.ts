/**
 * The sign-in page of every protocol: its form posts name and password to `/{t}/login`, and a
 * hidden field carries the request that led to the page.
 */
import { decodeObject } from "../../core/http/json-object.ts";
import { isSharedEndpoint, tenantOf, type EstsContext } from "./context.ts";
import type { EstsError } from "./ests-error.ts";
import { pageForm, type PageField } from "./html-pages.ts";
import type { EstsReply } from "./ests-reply.ts";

export interface SignInPage {
  /** Why the page is shown again. */
  readonly error?: EstsError;
  /** What the hidden field carries. It comes back unverified. */
  readonly fields: Readonly<Record<string, string>>;
  /** The user name that the form begins with; may be empty. */
  readonly hint: string;
  /** More hidden fields of the form. */
  readonly hidden?: Readonly<Record<string, string>>;
  /** Whether the app can learn that the person does not sign in. */
  readonly canCancel?: true;
}

const CANCEL = "cancel";

/** Whether the person pressed Cancel on the page. */
export function isCancelled({ described }: EstsContext): boolean {
  return described.parameters[CANCEL] !== undefined;
}

/** The fields that a person fills in on any sign-in page: `login` and `passwd`. */
export const credentialFields = (hint: string): readonly PageField[] => [
  { name: "login", type: "text", label: "Email", value: hint },
  { name: "passwd", type: "password", label: "Password" },
];

/** The page as a reply; its status is 400 with an error. */
export function signInPage(
  context: EstsContext,
  { error, fields, hint, hidden = {}, canCancel }: SignInPage,
): Extract<EstsReply, { kind: "page" }> {
  const segment = context.described.tenant ?? "common";
  const path = isSharedEndpoint(segment) ? segment : tenantOf(context).id;
  const ctx = carriedText(fields);
  const carried = Object.entries({ ctx, ...hidden }).map(([name, value]): PageField => ({
    name,
    type: "hidden",
    value,
  }));
  const html = pageForm({
    heading: "Sign in",
    action: `/${path}/login`,
    fields: [...credentialFields(hint), ...carried],
    button: [
      { label: "Sign in" },
      ...(canCancel === true ? [{ label: "Cancel", name: CANCEL, value: "1" }] : []),
    ],
    ...(error === undefined ? {} : { error }),
  });
  return { kind: "page", status: error === undefined ? 200 : 400, html };
}

/**
 * The user who is signed in without a page: the one that the request names, else the one of
 * `ServiceSettings.signInAs`; `undefined` where the page is a form.
 */
export function automaticNameOf(
  { settings }: EstsContext,
  hint: string | undefined,
): string | undefined {
  if (settings.signInPage === "form") return undefined;
  return hint ?? (settings.signInAs === "" ? undefined : settings.signInAs);
}

/** The hidden field that carries a request through the pages. */
export function carriedText(fields: Readonly<Record<string, string>>): string {
  return Buffer.from(JSON.stringify(fields)).toString("base64url");
}

/** The fields that the hidden field carried; none for a `ctx` that is not ours. */
export function carriedFields(context: EstsContext): Readonly<Record<string, string>> {
  const ctx = context.described.parameters["ctx"] ?? "";
  return Object.fromEntries(
    Object.entries(decodeObject(ctx) ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}
