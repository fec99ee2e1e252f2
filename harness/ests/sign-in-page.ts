/**
 * The sign-in page, for whoever sends a person there: its form posts name and password to
 * `/{t}/login`, and a hidden field carries along what was asked for.
 */
import { decodeObject } from "../http/json-object.ts";
import { isShared, tenantOf, type EstsContext } from "./context.ts";
import { pageForm, type PageField } from "./pages.ts";
import type { EstsReply } from "./reply.ts";

export interface SignInPage {
  readonly title: string;
  /** What the page carries along: nobody vouches for it when it comes back. */
  readonly fields: Readonly<Record<string, string>>;
  /** The name that stands in the form already, or nothing. */
  readonly hint: string;
  /** Further hidden fields of the form. */
  readonly hidden?: Readonly<Record<string, string>>;
}

/** The page as a reply. */
export function signInPage(
  context: EstsContext,
  { title, fields, hint, hidden = {} }: SignInPage,
): Extract<EstsReply, { kind: "page" }> {
  const segment = context.described.tenant ?? "common";
  const path = isShared(segment) ? segment : tenantOf(context).id;
  const ctx = Buffer.from(JSON.stringify(fields)).toString("base64url");
  const inputs: readonly PageField[] = [
    { name: "login", type: "text", value: hint },
    { name: "passwd", type: "password" },
    ...Object.entries({ ctx, ...hidden }).map(([name, value]) => ({
      name,
      type: "hidden" as const,
      value,
    })),
  ];
  return { kind: "page", status: 200, html: pageForm(title, `/${path}/login`, inputs) };
}

/** The fields that the page carried; none for a `ctx` that is not ours. */
export function carriedFields(context: EstsContext): Readonly<Record<string, string>> {
  const ctx = context.described.parameters["ctx"] ?? "";
  return Object.fromEntries(
    Object.entries(decodeObject(ctx) ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}
