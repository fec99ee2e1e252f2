/**
 * An archive with a year of nights, 200 findings each: its size, and how long trend, compare and
 * blame take as multiples of `brownout --version`.
 *
 *   node bench/archive.ts
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeYearOfNights } from "../test/support/year-of-nights.ts";
import { inTurn, timed } from "./measure.ts";

const bin = fileURLToPath(new URL("../bin/brownout.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "brownout-year-"));
try {
  const filled = await timed(() => Promise.resolve(writeYearOfNights(folder)));
  console.log(`added    ${(filled / 365).toFixed(0)} ms a night`);
  const bytes = statSync(join(folder, "runs.db")).size;
  console.log(`size     ${(bytes / 1_048_576).toFixed(1)} MB`);
  const brownout =
    (...argv: readonly string[]) =>
    () =>
      Promise.resolve(spawnSync(process.execPath, [bin, ...argv], { stdio: "ignore" }));
  const where = ["--archive", folder];
  const { version, ...others } = await inTurn(
    {
      version: brownout("--version"),
      trend: brownout("trend", ...where),
      year: brownout("trend", "--last", "365", ...where),
      compare: brownout("compare", ...where),
      blame: brownout("blame", "scenario-of-the-night-99", "retry-after", ...where),
    },
    5,
  );
  console.log(`version  ${version.toFixed(0)} ms`);
  for (const [name, ms] of Object.entries(others))
    console.log(`${name.padEnd(8)} ${(ms / version).toFixed(2)}  (aim: 3 or less)`);
} finally {
  rmSync(folder, { recursive: true });
}
