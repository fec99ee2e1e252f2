/**
 * The JSON Schemas of the package, made from the schemas that check the data: what editors
 * offer and what Brownout accepts is the same. `scripts/schemas.ts` writes them.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { LazySchema } from "../harness/core/validation.ts";
import { settingsSchema } from "../harness/entra/directory/settings-schema.ts";
import { worldSchema } from "../harness/entra/directory/world-schema.ts";
import { sketchSchema } from "../harness/entra/directory/world-sketch.ts";
import { registrationSchema } from "../harness/entra/backup-coverage/registration.ts";
import { driverLineSchema, driverRequestSchema } from "../harness/clients/drivers/protocol.ts";
import { planSchema } from "../harness/faults/plan-schema.ts";
import { baselineSchema } from "../harness/reporting/model/baseline.ts";
import { channelsSchema } from "../harness/reporting/channels/channels-file.ts";
import { quarantineSchema } from "../harness/reporting/model/quarantine.ts";
import { runFactsSchema } from "../harness/reporting/model/run-facts.ts";
import { resultsSchema } from "../harness/reporting/files/read-results.ts";
import { shardSchema } from "../harness/reporting/files/shard.ts";
import { rules } from "../harness/rules/rules.ts";

interface SchemaFile {
  readonly schema: LazySchema;
  readonly title: string;
  /** The source of the documented types that the schema names, for the descriptions of their fields. */
  readonly documentedIn?: readonly string[];
}

const world = "harness/entra/directory/world.ts";
const settings = "harness/entra/directory/service-settings.ts";
const sketch = "harness/entra/directory/world-sketch.ts";

const ruleIds = rules.map(({ id }) => id);

/** By file name in `schemas/`, without its extension. */
const schemaFiles: Readonly<Record<string, SchemaFile>> = {
  baseline: { schema: baselineSchema(ruleIds), title: "Known findings, each with its reason" },
  channels: { schema: channelsSchema, title: "Who hears what changed between runs" },
  "coverage-app": {
    schema: registrationSchema,
    title: "An application, as brownout coverage judges it",
  },
  "driver-line": {
    schema: driverLineSchema,
    title: "A line of a driver: what it answers, waits for and asks (brownout/driver/1)",
  },
  "driver-request": {
    schema: driverRequestSchema,
    title: "A line for a driver: what Brownout asks and says (brownout/driver/1)",
  },
  "fault-plan": {
    schema: planSchema,
    title: "A fault plan: what breaks, where, when and for whom",
    documentedIn: ["harness/faults/plan.ts"],
  },
  quarantine: {
    schema: quarantineSchema(ruleIds),
    title: "Findings that come and go, each with its reason",
  },
  results: { schema: resultsSchema, title: "results.json, as far as it is read back" },
  run: { schema: runFactsSchema, title: "run.json: when, where and of what a session was run" },
  shard: { schema: shardSchema, title: "shard.json, which part of a run a folder holds" },
  "service-settings": {
    schema: settingsSchema,
    title: "The settings of the simulated service",
    documentedIn: [settings],
  },
  world: {
    schema: worldSchema,
    title: "A world that a scenario runs in",
    documentedIn: [world, settings],
  },
  "world-sketch": {
    schema: sketchSchema,
    title: "What createWorld makes a world from",
    documentedIn: [world, settings, sketch],
  },
};

/** The text of every schema file, by its name in `schemas/`. */
export function readSchemaFiles(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(schemaFiles).map(([name, file]) => [`${name}.json`, textOf(name, file)]),
  );
}

type JsonSchema = z.core.JSONSchema.JSONSchema;

function textOf(name: string, { schema, title, documentedIn = [] }: SchemaFile): string {
  const { $schema, ...made } = z.toJSONSchema(schema(), { io: "input", unrepresentable: "any" });
  const docs = new Map(documentedIn.flatMap((path) => [...docsOf(path)]));
  for (const [type, part] of Object.entries(made.$defs ?? {})) describeFields(type, part, docs);
  const all = { $schema, $id: `brownout/schemas/${name}.json`, title, ...made };
  return `${JSON.stringify(all, null, 2)}\n`;
}

/** Gives the fields of a documented type their comments as descriptions. */
function describeFields(type: string, part: JsonSchema, docs: ReadonlyMap<string, string>): void {
  for (const [field, property] of Object.entries(part.properties ?? {})) {
    const description = docs.get(`${type.replace(/^Partial/, "")}.${field}`);
    if (description === undefined || typeof property === "boolean") continue;
    property.description = description;
  }
}

/** The comments on the fields of the interfaces in a source file, by `Type.field`. */
function docsOf(path: string): ReadonlyMap<string, string> {
  const source = readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
  const docs = new Map<string, string>();
  for (const [, type = "", body = ""] of source.matchAll(
    /^export interface (\w+) \{\n([^]*?)^\}/gm,
  )) {
    for (const [, comment = "", field = ""] of body.matchAll(
      /^ {2}\/\*\*((?:(?!\*\/)[^])*)\*\/\n {2}(?:readonly )?(\w+)\??:/gm,
    )) {
      docs.set(`${type}.${field}`, comment.replaceAll(/\s*\n\s*\*?\s*/g, " ").trim());
    }
  }
  return docs;
}
