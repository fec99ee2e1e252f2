/**
 * Writes `schemas/`, the JSON Schemas of what people write. `test/json-schemas.test.ts` says when it
 * has to be called.
 *
 *   npm run schemas
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readSchemaFiles } from "./schema-files.ts";

const folder = fileURLToPath(new URL("../schemas/", import.meta.url));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
const files = readSchemaFiles();
for (const [name, text] of files) writeFileSync(`${folder}${name}`, text);
console.log(`${files.size} schemas`);
