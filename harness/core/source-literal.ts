/** Values as the texts of source files that people read. */

/** An expression that `literal` writes as it is. */
class Code {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An expression among the values of `literal`: `code("certificate.thumbprint")`. */
export function code(text: string): object {
  return new Code(text);
}

/** A value as people write it: short lists and objects on one line, names of keys without quotes. */
export function literal(value: unknown): string {
  if (value instanceof Code) return value.text;
  if (Array.isArray(value)) {
    const items = value.map(literal);
    return isShort(items) ? `[${items.join(", ")}]` : `[\n${lines(items)}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([key, inner]) =>
      `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)}: ${literal(inner)}`,
  );
  return isShort(fields) && fields.length < 2 ? `{ ${fields.join(", ")} }` : `{\n${lines(fields)}}`;
}

function isShort(items: readonly string[]): boolean {
  const text = items.join(", ");
  return text.length < 70 && !text.includes("\n");
}

function lines(items: readonly string[]): string {
  return items.map((item) => `  ${indentedBlock(item, 2)},\n`).join("");
}

/** A text of several lines, the first of which stands behind `by` blanks. */
export function indentedBlock(text: string, by: number): string {
  return text.replaceAll("\n", `\n${" ".repeat(by)}`);
}
