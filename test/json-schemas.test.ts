/** The JSON Schemas of the package are those that the source makes. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { contoso } from "../fixtures/worlds/contoso.ts";
import { defaultServiceSettings } from "../harness/entra/directory/settings.ts";
import { readSchemaFiles } from "../scripts/schema-files.ts";

const folder = fileURLToPath(new URL("../schemas/", import.meta.url));
const files = readSchemaFiles();

describe("schemas/", () => {
  it("holds what the source makes; else run: npm run schemas", () => {
    expect(readdirSync(folder).toSorted()).toEqual([...files.keys()].toSorted());
    for (const [name, text] of files) expect(readFileSync(`${folder}${name}`, "utf8")).toBe(text);
  });

  it("describes the fields of documented types", () => {
    const { $defs } = JSON.parse(files.get("service-settings.json") ?? "");

    expect($defs.ServiceSettings.properties.backupTokenSeconds.description).toBe(
      "`expires_in` of the backup's tokens, seconds; not documented.",
    );
  });

  it.each([
    ["world.json", contoso],
    ["service-settings.json", defaultServiceSettings],
  ])("has %s, which accepts what Brownout accepts and no unknown key", (name, value) => {
    const accepts = new Ajv2020({ allErrors: true, strictTypes: false }).compile(
      JSON.parse(files.get(name) ?? ""),
    );

    expect([accepts(value), accepts.errors]).toEqual([true, null]);
    expect(accepts({ ...value, unknown: 1 })).toBe(false);
  });
});
