/** The first form of an HTML page, as a person without scripts would send it. It knows nothing of OAuth. */

import type { User } from "../entra/directory/world.ts";

/** What a person types, by the purpose of the field. */
export interface UserAnswers {
  readonly username: string;
  readonly password: string;
  /** For a device code page. */
  readonly userCode?: string;
  /** For a page that asks for the code of a second factor. */
  readonly factorCode?: string;
  /** The labels of buttons that the person presses where a page has them, rather than the one with the focus. */
  readonly presses?: readonly string[];
}

/** What a user of the world types on the pages of the service. */
export function answersOfUser({ upn, password, secondFactor }: User): UserAnswers {
  return {
    username: upn,
    password,
    ...(secondFactor?.kind === "code" ? { factorCode: secondFactor.code } : {}),
  };
}

/** A field of a form. */
export interface FormField {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

/** A form of a page. */
export interface HtmlForm {
  /** As written: relative, or empty for the address of the page. */
  readonly action: string;
  readonly fields: readonly FormField[];
  /** The buttons that send a field of their own. */
  readonly buttons: readonly FormButton[];
  /** Whether a script of the page sends it at once. */
  readonly postsItself: boolean;
}

/** A button that sends a field. */
export interface FormButton {
  readonly name: string;
  readonly value: string;
  readonly label: string;
  readonly hasFocus: boolean;
}

/** The first form of a page; undefined when it has none. */
export function formOf(html: string): HtmlForm | undefined {
  const form = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(html);
  if (form === null) return undefined;
  const content = form[2] ?? "";
  const fields = [...content.matchAll(/<input\b([^>]*)>/gi)]
    .map(([, attributes = ""]) => ({
      name: attribute(attributes, "name"),
      type: attribute(attributes, "type").toLowerCase(),
      value: attribute(attributes, "value"),
    }))
    .filter((field) => field.name !== "");
  const buttons = [...content.matchAll(/<button\b([^>]*)>([^<]*)/gi)]
    .map(([, attributes = "", label = ""]) => ({
      name: attribute(attributes, "name"),
      value: attribute(attributes, "value"),
      label: unescapeHtml(label).trim(),
      hasFocus: /\sautofocus\b/i.test(attributes),
    }))
    .filter((button) => button.name !== "");
  const postsItself = /<script\b[^>]*>\s*document\.forms\[0\]\.submit\(\)/i.test(html);
  return { action: attribute(form[1] ?? "", "action"), fields, buttons, postsItself };
}

/** What the form sends when a person has filled it in and presses a button: the one that they want, else the one with the focus. */
export function answersTo({ fields, buttons }: HtmlForm, person: UserAnswers): URLSearchParams {
  const sent = fields.map((field): [string, string] => [field.name, answerTo(field, person)]);
  const pressed = buttonFor(buttons, person) ?? buttons.find(({ hasFocus }) => hasFocus);
  return new URLSearchParams(
    pressed === undefined ? sent : [...sent, [pressed.name, pressed.value]],
  );
}

/** The button that the person wants, if there is one. */
export function buttonFor(
  buttons: readonly FormButton[],
  { presses = [] }: UserAnswers,
): FormButton | undefined {
  return buttons.find(({ label }) => presses.includes(label));
}

/** The addresses that a page opens in frames. */
export function framesOf(html: string): readonly string[] {
  return [...html.matchAll(/<iframe\b([^>]*)>/gi)].flatMap(([, attributes = ""]) => {
    const address = attribute(attributes, "src");
    return address === "" ? [] : [address];
  });
}

/** The address to which a page leads on by itself, as the link of that kind for browsers without scripts. */
export function nextPageOf(html: string): string | undefined {
  const link = [...html.matchAll(/<a\b([^>]*)>/gi)].find(
    ([, attributes = ""]) => attribute(attributes, "rel") === "next",
  );
  return link === undefined ? undefined : attribute(link[1] ?? "", "href");
}

/** The title of a page as it is written, with its character references; empty when it has none. */
export function titleOf(html: string): string {
  return /<title>([^<]*)<\/title>/i.exec(html)?.[1]?.trim() ?? "";
}

/** What a person puts into a field: hidden ones keep their value. */
function answerTo(field: FormField, person: UserAnswers): string {
  if (field.type === "password") return person.password;
  if (field.name === "AdditionalAuthData" && field.type !== "hidden")
    return person.factorCode ?? "";
  if (/code|otc/i.test(field.name) && field.type !== "hidden") return person.userCode ?? "";
  if (field.type === "hidden" || field.type === "submit") return field.value;
  return person.username;
}

function attribute(attributes: string, name: string): string {
  const found = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, "i").exec(attributes);
  return unescapeHtml(found?.[1] ?? found?.[2] ?? "");
}

/** A text of a page without its character references. */
export function unescapeHtml(text: string): string {
  return text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&#x27;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
