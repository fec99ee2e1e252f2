/** Scenario files in the user's project: those that a pattern matches, and those that a run left out. */
import { existsSync, globSync, realpathSync } from "node:fs";
import { extname, isAbsolute, relative, resolve } from "node:path";
import { HarnessError } from "../core/errors.ts";
import { namesWithin } from "../reporting/model/wording.ts";
import { moduleExtensions } from "../runner/loading/users-files.ts";

/** What is looked through for files never, as it is not the project's own. */
const NOT_OWN = ["**/node_modules", "**/.git"];

/** Whether a filter means files: names of scenarios have no slash and no extension. */
export function isPath(filter: string): boolean {
  return (
    /[/\\]/.test(filter) || extname(filter) === ".*" || moduleExtensions.includes(extname(filter))
  );
}

/** Whether it means more than one: a pattern, unless there is a file of that very name. */
export function isPattern(filter: string, cwd: string): boolean {
  return /[*?[{]/.test(filter) && !existsSync(resolve(cwd, filter));
}

/** The files that a pattern means, absolute and in order; `unknown-scenario` when it means none. */
export function filesMatching(pattern: string, cwd: string): readonly string[] {
  const found = globSync(pattern, { cwd, exclude: NOT_OWN });
  if (found.length > 0) return found.map((file) => resolve(cwd, file)).toSorted();
  throw new HarnessError("unknown-scenario", `no file matches "${pattern}"`, {
    hint: `Files are looked for from ${cwd}, and not in node_modules.`,
  });
}

/** Whether a file is one that a project calls a scenario, as `leftOutLines` lists them; links are followed. */
export function isOwnScenarioFile(path: string, cwd: string): boolean {
  if (!existsSync(path)) return false;
  const inside = relative(realpathSync(cwd), realpathSync(path)).replaceAll("\\", "/");
  const isInside = !isAbsolute(inside) && !inside.startsWith("../");
  const isForeign = /(?:^|\/)(?:node_modules|\.git)\//.test(inside);
  const extension = extname(inside);
  return (
    isInside &&
    !isForeign &&
    moduleExtensions.includes(extension) &&
    inside.endsWith(`.scenario${extension}`)
  );
}

/** The files that a project calls scenarios, relative to its folder. */
export function ownScenarioFiles(cwd: string): readonly string[] {
  return globSync(`**/*.scenario.{${moduleExtensions.map((one) => one.slice(1)).join(",")}}`, {
    cwd,
    exclude: NOT_OWN,
  });
}

/** Says which scenario files of a project a run without names has left out; nothing when there are none. */
export function leftOutLines(cwd: string): readonly string[] {
  const files = ownScenarioFiles(cwd);
  if (files.length === 0) return [];
  const [own, them] =
    files.length === 1
      ? ["Your own scenario file is", "it"]
      : [`Your own ${files.length} scenario files are`, "them"];
  return [
    `${own} not in this: ${namesWithin(files.toSorted(), 70)}. Name ${them}: brownout run './**/*.scenario.*'`,
  ];
}
