/**
 * Makes `dist/`, only for the package: Node strips no types inside node_modules, so what is
 * published must be JavaScript. `prepack` calls it; nobody needs it to develop. The folders
 * keep their places to one another, so that files are found by the same relative URL.
 */
import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

rmSync(`${root}dist`, { recursive: true, force: true });
execFileSync("tsc", ["-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
for (const asset of ["fixtures", "reports/baseline.json"]) {
  cpSync(`${root}${asset}`, `${root}dist/${asset}`, {
    recursive: true,
    filter: (path) => !path.endsWith(".ts"),
  });
}
