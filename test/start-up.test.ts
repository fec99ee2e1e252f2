/** What a command loads before it does anything: zod alone would cost a tenth of the start of `brownout list`. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));

/** A program that runs a command and then prints how many modules of zod are loaded. */
const program = `
  import { createRequire } from "node:module";
  import { createProcessIo, main } from "./harness/cli/main.ts";
  await main(process.argv.slice(1), createProcessIo(1));
  const loaded = Object.keys(createRequire(process.cwd() + "/x.js").cache);
  console.error("zod modules: " + loaded.filter((file) => /[\\\\/]zod[\\\\/]/.test(file)).length);
`;

it.each([
  [["list"], /zod modules: 0\n$/],
  [["--help"], /zod modules: 0\n$/],
  [["coverage", "--kind", "nothing"], /zod modules: 0\n$/],
  // Reads a registration, which package.json is not.
  [["coverage", "package.json"], /zod modules: [1-9]\d*\n$/],
])("brownout %j loads zod only when it checks something", (argv, printed) => {
  const { stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", program, "--", ...argv],
    {
      cwd: root,
      encoding: "utf8",
    },
  );

  expect(stderr).toMatch(printed);
});
