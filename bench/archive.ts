/**
 * An archive with a year of nights, 200 findings each: its size, and how long trend, compare and
 * blame take as multiples of `brownout --version`; ends with 1 where one is above its aim.
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

/** Of the time that `brownout --version` takes, on any machine. */
const RATIO_MAX = 3;
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
      open: brownout("trend", "--last", "1", ...where),
      trend: brownout("trend", ...where),
      year: brownout("trend", "--last", "365", ...where),
      compare: brownout("compare", ...where),
      blame: brownout("blame", "scenario-of-the-night-99", "retry-after", ...where),
    },
    5,
  );
  console.log(`version  ${version.toFixed(0)} ms`);
  for (const [name, ms] of Object.entries(others)) {
    const ratio = ms / version;
    console.log(`${name.padEnd(8)} ${ratio.toFixed(2)}  (aim: ${RATIO_MAX} or less)`);
    if (ratio > RATIO_MAX) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
