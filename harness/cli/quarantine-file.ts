/** Finds the quarantine of a command: the file of its option, else that of the project, else none. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { rules } from "../rules/rules.ts";
import { parseQuarantine, type QuarantineEntry } from "../reporting/model/quarantine.ts";
import type { Options } from "./arguments.ts";
import { readTextFile } from "./text-file.ts";

/** The option of commands that judge. */
export const quarantineOption = {
  quarantine: {
    value: "FILE",
    says: "findings that come and go, and turn nothing red (default: reports/quarantine.json)",
  },
} as const satisfies Options;

/** Reads it; `bad-quarantine` when it is malformed, `bad-usage` when it was named and is not there. */
export function readQuarantineFile(
  named: string | undefined,
  cwd: string,
): readonly QuarantineEntry[] {
  const place = named ?? join("reports", "quarantine.json");
  const path = resolve(cwd, place);
  if (named === undefined && !existsSync(path)) return [];
  return parseQuarantine(readTextFile(path, place), { place, rules: rules.map(({ id }) => id) });
}
