/** The option that asks for more formats of the report. */
import { HarnessError, suggestNames } from "../core/errors.ts";
import { type ExtraFormat, extraFormats } from "../reporting/formats/extra-formats.ts";
import type { Options } from "./arguments.ts";

const names = Object.keys(extraFormats) as readonly ExtraFormat[];

/** The option of commands that write reports. */
export const formatOptions = {
  format: {
    value: "NAME,NAME",
    says: `write these, too: ${names.map((name) => `${name} (${extraFormats[name].file})`).join(", ")}`,
  },
} as const satisfies Options;

/** The formats that a text names, with commas between; throws `bad-usage` for an unknown one. */
export function readFormats(text: string | undefined): readonly ExtraFormat[] {
  const wanted = (text ?? "").split(",").map((name) => name.trim());
  return [...new Set(wanted)].filter((name) => name !== "").map(namedFormat);
}

function namedFormat(name: string): ExtraFormat {
  const found = names.find((one) => one === name);
  if (found !== undefined) return found;
  throw new HarnessError("bad-usage", `there is no format "${name}"`, {
    place: "--format",
    hint: suggestNames(
      name,
      names,
      `There are ${names.join(" and ")}; JUnit, CTRF, Markdown, HTML and JSON are always written.`,
    ),
  });
}
