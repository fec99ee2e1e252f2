/** An npm without a registry: a package has the version that is installed beside Brownout, and `NEWEST` as a later one. */
import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Folder } from "../command-line.ts";
import { root } from "../ci-steps.ts";

/** Answers `view NAME version`, `view NAME versions --json` and `install NAME@VERSION --prefix FOLDER`. */
const PROGRAM = `#!/usr/bin/env node
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
const [command, wanted, what, prefix] = process.argv.slice(2);
const at = wanted.indexOf("@", 1);
const name = at < 0 ? wanted : wanted.slice(0, at);
const own = (other) => join(${JSON.stringify(root)}, "node_modules", other);
const facts = JSON.parse(readFileSync(join(own(name), "package.json"), "utf8"));
const newest = process.env.NEWEST?.split(" ").find((one) => one.startsWith(name + "@"));
const versions = [facts.version, ...(newest === undefined ? [] : [newest.slice(name.length + 1)])];
if (command === "view") {
  console.log(what === "version" ? versions.at(-1) : JSON.stringify(versions));
} else {
  const placeOf = (other) => {
    const place = join(prefix, "node_modules", other);
    mkdirSync(dirname(place), { recursive: true });
    return place;
  };
  cpSync(own(name), placeOf(name), { recursive: true });
  const version = wanted.slice(at + 1);
  writeFileSync(join(placeOf(name), "package.json"), JSON.stringify({ ...facts, version }));
  for (const other of Object.keys(facts.dependencies ?? {})) symlinkSync(own(other), placeOf(other));
}
`;

/** Puts it among the folder's `tools`, which its scripts find first. */
export function writeNpmStub(folder: Folder): void {
  const program = "tools/node_modules/npm/bin/npm-cli.js";
  folder.write(program, PROGRAM);
  folder.write("tools/node_modules/npm/package.json", '{ "type": "module" }\n');
  chmodSync(join(folder.path, program), 0o755);
  symlinkSync(join(folder.path, program), join(folder.path, "tools/npm"));
}
