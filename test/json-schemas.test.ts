/** The JSON Schemas of the package are those that the source makes. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { contoso } from "../fixtures/worlds/contoso.ts";
import { defaultServiceSettings } from "../harness/entra/directory/settings.ts";
import { library } from "../scenarios/library.ts";
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

  it.each<[string, readonly unknown[]]>([
    ["world.json", [contoso]],
    ["service-settings.json", [defaultServiceSettings]],
    ["fault-plan.json", library.map(({ faults }) => faults)],
    [
      "baseline.json",
      [JSON.parse(readFileSync(new URL("../reports/baseline.json", import.meta.url), "utf8"))],
    ],
  ])("has %s, which accepts what Brownout accepts", (name, values) => {
    const accepts = compile(name);

    for (const value of values) expect([accepts(value), accepts.errors]).toEqual([true, null]);
  });

  it.each<[string, unknown]>([
    ["world.json", { ...contoso, unknown: 1 }],
    ["service-settings.json", { ...defaultServiceSettings, loopDetection: "on" }],
    ["fault-plan.json", [{ ...library[0]?.faults[0], effct: {} }]],
    ["baseline.json", [{ rule: "retry-after" }]],
    ["quarantine.json", {}],
    ["results.json", { schema: "brownout/results/2" }],
    ["run.json", { schema: "brownout/run/1", job: "" }],
    ["shard.json", { schema: "brownout/shard/1", part: 0 }],
    ["world-sketch.json", { apps: [] }],
  ])("has %s, which refuses what Brownout refuses", (name, value) => {
    expect(compile(name)(value)).toBe(false);
  });
});

function compile(name: string): ValidateFunction {
  return new Ajv2020({ allErrors: true, strictTypes: false, validateFormats: false }).compile(
    JSON.parse(files.get(name) ?? ""),
  );
}
