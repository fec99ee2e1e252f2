/** The first form of an HTML page, as a person without scripts would send it. It knows nothing of OAuth. */

/** What a person types, by the purpose of the field. */
export interface UserAnswers {
  readonly username: string;
  readonly password: string;
  /** For a device code page. */
  readonly userCode?: string;
}

/** A field of a form; of several buttons it has the one with the focus. */
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
}

/** The first form of a page; undefined when it has none. */
export function formOf(html: string): HtmlForm | undefined {
  const form = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(html);
  if (form === null) return undefined;
  // Of several buttons a person presses the one that has the focus.
  const inputs = [
    ...(form[2] ?? "").matchAll(/<(?:input\b|button\b(?=[^>]*\sautofocus))([^>]*)>/gi),
  ];
  const fields = inputs
    .map(([, attributes = ""]) => ({
      name: attribute(attributes, "name"),
      type: attribute(attributes, "type").toLowerCase(),
      value: attribute(attributes, "value"),
    }))
    .filter((field) => field.name !== "");
  return { action: attribute(form[1] ?? "", "action"), fields };
}

/** The title of a page as it is written, with its character references; empty when it has none. */
export function titleOf(html: string): string {
  return /<title>([^<]*)<\/title>/i.exec(html)?.[1]?.trim() ?? "";
}

/** What a person puts into a field: hidden ones keep their value. */
export function answerTo(field: FormField, person: UserAnswers): string {
  if (field.type === "password") return person.password;
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
