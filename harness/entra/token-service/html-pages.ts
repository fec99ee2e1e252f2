/**
 * The HTML pages of the simulated service, marked up so that a person or a test finds
 * everything by its label, role or heading. Text and layout are our own.
 */
import { type EstsError, messageOf } from "./ests-error.ts";

export type PageField =
  | { readonly name: string; readonly type: "hidden"; readonly value: string }
  | {
      readonly name: string;
      readonly type: "text" | "password";
      readonly label: string;
      readonly value?: string;
    };

/** A button of a form; with a name it sends its value as a field. */
export interface PageButton {
  readonly name?: string;
  readonly value?: string;
  readonly label: string;
  /** It has the focus: the simulated person presses it. */
  readonly focused?: boolean;
}

/** A page with a text. */
export function page(title: string, text: string): string {
  return layout({ title, content: `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>` });
}

/** A page that opens addresses in hidden frames and then goes on; without scripts it has a link. */
export function pageOfFrames({
  title,
  frames,
  next,
}: {
  readonly title: string;
  readonly frames: readonly string[];
  readonly next?: string | undefined;
}): string {
  const hidden = frames.map((address) => `<iframe src="${escapeHtml(address)}" hidden></iframe>`);
  const onward =
    next === undefined
      ? ""
      : `<p><a href="${escapeHtml(next)}" rel="next">Continue</a></p><script>addEventListener("load", () => location.replace(document.querySelector("a").href))</script>`;
  return layout({
    title,
    content: `<h1>${escapeHtml(title)}</h1>${hidden.join("")}${onward}`,
  });
}

export interface FormPage {
  /** The heading, and the title of the page unless there is an error. */
  readonly heading: string;
  readonly action: string;
  readonly fields: readonly PageField[];
  /** The label of the button, or several buttons. */
  readonly button: string | readonly PageButton[];
  /** What was wrong with the last answer, shown above the form. */
  readonly error?: EstsError;
}

/** A page with one form. */
export function pageForm({ heading, action, fields, button, error }: FormPage): string {
  const alert = error === undefined ? "" : `<p role="alert">${escapeHtml(messageOf(error))}</p>`;
  return layout({
    title: error === undefined ? heading : messageOf(error),
    content: `<h1>${escapeHtml(heading)}</h1>${alert}${form(action, fields, `<p>${buttons(button)}</p>`)}`,
  });
}

function buttons(button: FormPage["button"]): string {
  if (typeof button === "string") return `<button type="submit">${escapeHtml(button)}</button>`;
  return button.map(buttonOf).join(" ");
}

function buttonOf({ name, value = "", label, focused = false }: PageButton): string {
  const field =
    name === undefined ? "" : ` name="${escapeHtml(name)}" value="${escapeHtml(value)}"`;
  return `<button type="submit"${field}${focused ? " autofocus" : ""}>${escapeHtml(label)}</button>`;
}

/** The form of `response_mode=form_post`, which posts itself; without scripts it has a button. */
export function pageFormPost(action: string, fields: readonly PageField[]): string {
  const button = '<noscript><button type="submit">Continue</button></noscript>';
  return layout({
    title: "Working...",
    content: `${form(action, fields, button)}<script>document.forms[0].submit()</script>`,
  });
}

/** The page for an error that cannot be sent to the app, with the ids that an administrator asks for. */
export function pageOfError(
  error: EstsError,
  ids: { readonly traceId: string; readonly correlationId: string; readonly nowMs: number },
): string {
  const message = messageOf(error);
  const facts = [
    `Request Id: ${ids.traceId}`,
    `Correlation Id: ${ids.correlationId}`,
    `Timestamp: ${new Date(ids.nowMs).toISOString()}`,
  ];
  const list = facts.map((fact) => `<li>${escapeHtml(fact)}</li>`).join("");
  return layout({
    title: message,
    content: `<h1>Something went wrong</h1><p role="alert">${escapeHtml(message)}</p><ul>${list}</ul>`,
  });
}

function layout({ title, content }: { title: string; content: string }): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head><body><main>${content}</main></body></html>`;
}

/** The backup reads the form and its hidden fields from this markup (`entra/backup/posted-form.ts`). */
function form(action: string, fields: readonly PageField[], button: string): string {
  return `<form method="post" action="${escapeHtml(action)}">${fields.map(input).join("")}${button}</form>`;
}

function input(field: PageField): string {
  const name = escapeHtml(field.name);
  const value = escapeHtml(field.value ?? "");
  if (field.type === "hidden") return `<input name="${name}" type="hidden" value="${value}">`;
  return `<p><label for="${name}">${escapeHtml(field.label)}</label> <input name="${name}" type="${field.type}" value="${value}" id="${name}" autocomplete="off"></p>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
