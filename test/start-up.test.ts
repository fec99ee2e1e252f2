/**
 * What a command loads before it does anything: zod alone would cost a tenth of the start of
 * `brownout list`. And what it says on a Node that is too old, where no other came along.
 */
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

it.each([
  ["riscv64", "None comes along for linux-riscv64. Install a newer Node."],
  [
    "x64",
    "The one for linux-x64 was not installed with it (--omit=optional?). Install a newer Node.",
  ],
])(
  "on an old Node for %s without a newer one beside it, the command says what to do",
  (arch, hint) => {
    const older = `data:text/javascript,${encodeURIComponent(`
    import module from "node:module";
    const other = { arch: "${arch}", platform: "linux", versions: { ...process.versions, node: "20.1.0" } };
    for (const [name, value] of Object.entries(other)) Object.defineProperty(process, name, { value });
    const missing = () => { throw new Error("not installed"); };
    module.createRequire = () => ({ resolve: missing });
    module.syncBuiltinESMExports();
  `)}`;
    const { status, stderr } = spawnSync(
      process.execPath,
      ["--import", older, "bin/brownout.js", "list"],
      { cwd: root, encoding: "utf8" },
    );
    expect(stderr).toBe(`brownout: it needs Node 24.14 or newer, and this is 20.1.0\n  ${hint}\n`);
    expect(status).toBe(2);
  },
);
