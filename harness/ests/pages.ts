/** The few HTML pages of the simulated service, with nothing in them that a test cannot drive. */

export interface PageField {
  readonly name: string;
  readonly type: "text" | "password" | "hidden";
  readonly value?: string;
}

/** A page with a text. */
export function page(title: string, text: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head><body><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p></body></html>`;
}

/** A page with one form. */
export function pageForm(title: string, action: string, fields: readonly PageField[]): string {
  const inputs = fields
    .map(({ name, type, value }) => {
      const label = type === "hidden" ? "" : ` aria-label="${escapeHtml(name)}"`;
      return `<input name="${escapeHtml(name)}" type="${type}" value="${escapeHtml(value ?? "")}"${label}>`;
    })
    .join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head><body><h1>${escapeHtml(title)}</h1><form method="post" action="${escapeHtml(action)}">${inputs}<button type="submit">Continue</button></form></body></html>`;
}

/** The self-submitting page of `response_mode=form_post`. */
export function pageFormPost(action: string, fields: readonly PageField[]): string {
  return pageForm("Working...", action, fields).replace(
    "</body>",
    "<script>document.forms[0].submit()</script></body>",
  );
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
