/** XML as JUnit reports need it. */

/** Attributes with a blank before each. */
export function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        ` ${name}="${text(String(value)).replaceAll('"', "&quot;").replaceAll("\n", "&#10;")}"`,
    )
    .join("");
}

/** Escaped; characters that XML 1.0 cannot write become U+FFFD. */
export function text(raw: string): string {
  return (
    raw
      .toWellFormed()
      // eslint-disable-next-line no-control-regex -- control characters are what it looks for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\uFFFD")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
  );
}

/** Real or virtual ms in seconds, as readers expect them. */
export function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}
