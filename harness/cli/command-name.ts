/** How the person who reads our output calls us: what is printed can be pasted. */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ownCommand } from "../core/own-command.ts";
import { shellWord } from "../core/shell-word.ts";
import { shortPath } from "../reporting/files/short-path.ts";
import { isOwnScenarioFile } from "./scenario-files.ts";

/** As the package manager calls it, or in our own repository the file itself. */
export function commandName(cwd: string): string {
  if (!import.meta.url.endsWith(".ts")) return ownCommand();
  const bin = fileURLToPath(new URL("../../bin/brownout.js", import.meta.url));
  const inside = relative(cwd, bin);
  return `node ${shellWord(inside.startsWith("..") ? bin : inside)}`;
}

/** The command that runs a journal's scenario again; `file` is that of a scenario, which replay may not find by itself, `clientFile` that of a client of the user's own. */
export function commandToReplay(
  journal: string,
  cwd: string,
  { file, clientFile }: { readonly file?: string; readonly clientFile?: string } = {},
): string {
  const option = (name: string, path: string): string =>
    ` --${name} ${shellWord(shortPath(cwd, path))}`;
  const scenario =
    file === undefined || isOwnScenarioFile(file, cwd) ? "" : option("scenario", file);
  const client = clientFile === undefined ? "" : option("client", clientFile);
  return `${commandName(cwd)} replay ${shellWord(journal)}${scenario}${client}`;
}

/** The command that judges journals again. */
export function commandToCheck(journals: readonly string[], cwd: string): string {
  return `${commandName(cwd)} check ${journals.map((text) => shellWord(text)).join(" ")}`;
}

/** A command of ours with these words. */
export function commandToRun(cwd: string, words: readonly string[]): string {
  return `${commandName(cwd)} ${words.map((text) => shellWord(text)).join(" ")}`;
}
