/**
 * Makes `dist/`, only for the package: Node strips no types inside node_modules, so what is
 * published must be JavaScript. `prepack` calls it; development does not need it. The folders
 * keep their places to one another, so that files are found by the same relative URL.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writePackageTypes } from "./package-types.ts";
import { entries } from "./site/public-api.ts";
import { bundlePageProgram, prebuiltFile } from "../harness/reporting/formats/page-program.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

rmSync(`${root}dist`, { recursive: true, force: true });
// To stderr, because the stdout of `npm pack --json` is npm's.
const { status } = spawnSync("tsc", ["-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: ["ignore", process.stderr, process.stderr],
  // What npm installs on Windows are scripts of its shell.
  shell: process.platform === "win32",
});
if (status !== 0) process.exit(1);
writePackageTypes(
  `${root}dist`,
  Object.values(entries).map((file) => file.replace(/\.ts$/, ".d.ts")),
);
for (const asset of ["fixtures", "reports/baseline.json", "harness/integrations/commonjs"]) {
  cpSync(`${root}${asset}`, `${root}dist/${asset}`, {
    recursive: true,
    filter: (path) => !/\.(?:ts|sh|md)$/.test(path),
  });
}

// The program of report.html, ready: the package has no bundler.
mkdirSync(`${root}dist/harness/reporting/page`, { recursive: true });
writeFileSync(
  `${root}dist/harness/reporting/page/${prebuiltFile}`,
  JSON.stringify(await bundlePageProgram()),
);
