/** What an app ships of `brownout/remedies`: these files, and nothing that they would bring along. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { remedyNames } from "../remedied/remedy-names.ts";
import * as remedies from "./index.ts";

const folder = fileURLToPath(new URL("./", import.meta.url));
const files = readdirSync(folder).filter((name) => !name.endsWith(".test.ts"));

it("imports no package, nothing of Node and nothing of the simulator", () => {
  const imports = files.flatMap((file) =>
    [...readFileSync(folder + file, "utf8").matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map(
      ([, specifier = ""]) => `${file}: ${specifier}`,
    ),
  );
  expect(imports.length).toBeGreaterThan(20);
  expect(imports.filter((line) => !/^[\w-]+\.ts: \.\/[\w-]+\.ts$/.test(line))).toEqual([]);
});

it("can be required, as well as imported", () => {
  const file = fileURLToPath(new URL("../../integrations/commonjs/remedies.cjs", import.meta.url));
  const program = `console.log(Object.keys(require(${JSON.stringify(file)})).join(" "))`;
  const { stdout } = spawnSync(process.execPath, ["--eval", program], { encoding: "utf8" });
  expect(stdout.trim().split(" ").toSorted()).toEqual(Object.keys(remedies).toSorted());
});

it("is an entry of the package, for both", () => {
  const manifest = JSON.parse(
    readFileSync(new URL("../../../package.json", import.meta.url), "utf8"),
  ) as { exports: Record<string, unknown>; typesVersions: { "*": Record<string, unknown> } };
  expect(manifest.exports["./remedies"]).toEqual({
    require: {
      types: "./dist/commonjs/harness/clients/remedies/index.d.ts",
      default: "./dist/harness/integrations/commonjs/remedies.cjs",
    },
    default: {
      types: "./dist/harness/clients/remedies/index.d.ts",
      default: "./dist/harness/clients/remedies/index.js",
    },
  });
  expect(manifest.typesVersions["*"]).toHaveProperty("remedies");
});

it("names nothing that only Node has", () => {
  const found = files.filter((file) =>
    /(?<![\w".])(?:process|Buffer|global|require|setImmediate)\b[.(]/.test(
      readFileSync(folder + file, "utf8").replaceAll(/\/\*[^]*?\*\//g, ""),
    ),
  );
  expect(found).toEqual([]);
});

it("has a module for each remedy that is played, and exports a function of it", () => {
  for (const name of remedyNames) expect(files).toContain(`${name}.ts`);
  const functions = Object.keys(remedies).filter((name) => name.startsWith("with"));
  expect(functions).toHaveLength(remedyNames.length);
});
