/** The form that brings an answer to its app by posting itself: read from the primary, written by the backup. */
import { createResponse, type HeaderPair } from "../../core/http/message.ts";

export interface PostedForm {
  /** The target of the form. */
  readonly action: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** Keeps an answer with a token out of caches. */
export const NO_STORE: readonly HeaderPair[] = [["Cache-Control", "no-store, no-cache"]];

/** The form of a page; `undefined` when it has none. */
export function postedForm(html: string): PostedForm | undefined {
  const [, action] = /<form method="post" action="([^"]+)">/.exec(html) ?? [];
  if (action === undefined) return undefined;
  const inputs = [...html.matchAll(/<input name="([^"]+)" type="hidden" value="([^"]*)">/g)];
  return {
    action: action.replaceAll("&amp;", "&"),
    fields: new Map(inputs.map(([, name = "", value = ""]) => [name, value])),
  };
}

/** A page whose form posts `fields` to `action` at once. */
export function formPage(action: string, fields: Readonly<Record<string, string>>): Response {
  const inputs = Object.entries(fields)
    .map(([name, value]) => `<input name="${name}" type="hidden" value="${escapeHtml(value)}">`)
    .join("");
  const html = `<!doctype html><title>Working...</title><form method="post" action="${escapeHtml(action)}">${inputs}</form><script>document.forms[0].submit()</script>`;
  return createResponse(html, {
    status: 200,
    headers: [["Content-Type", "text/html; charset=utf-8"], ...NO_STORE],
  });
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
