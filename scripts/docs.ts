/**
 * Writes the documentation that is made from the source: `docs/rules.md` and
 * `docs/scenarios/`. `test/docs.test.ts` says when it has to be called.
 *
 *   npm run docs
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readDocs } from "./docs-source.ts";

const docs = fileURLToPath(new URL("../docs/", import.meta.url));
rmSync(`${docs}scenarios`, { recursive: true, force: true });
mkdirSync(`${docs}scenarios`);
const pages = await readDocs();
for (const [path, text] of pages) writeFileSync(`${docs}${path}`, text);
console.log(`${pages.size} pages`);
