/** What tests of `brownout init` do with a folder: a project is written into it, and what init wrote is parsed. */
import { parse } from "@babel/parser";
import type { Folder } from "../command-line.ts";
import type { InitProject } from "./init-projects.ts";

/** Writes the manifest and the files of a project. */
export function writeProject(
  folder: Folder,
  { manifest, files }: Pick<InitProject, "manifest" | "files">,
): void {
  folder.write("package.json", `${JSON.stringify(manifest, null, 2)}\n`);
  for (const [path, text] of Object.entries(files)) folder.write(path, text);
}

/** The errors of syntax in a source of JavaScript or TypeScript. */
export function syntaxErrorsOf(source: string) {
  return parse(source, {
    sourceType: "unambiguous",
    errorRecovery: true,
    plugins: ["typescript"],
  }).errors;
}
