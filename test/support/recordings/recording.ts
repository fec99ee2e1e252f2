/**
 * Recorded replies of the real service, as facts: `fixtures/recordings/`. A value in angle
 * brackets is a form ("<guid>", "<seconds>"), anything else is literal; the order of keys is that
 * of the wire. `fixtures/recordings/README.md` lists the forms and the situations.
 */
import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";

const folder = new URL("../../../fixtures/recordings/", import.meta.url);

const json: z.ZodType<unknown> = z.unknown();
const texts = z.record(z.string(), z.string());

const request = z.strictObject({
  method: z.enum(["GET", "POST", "PUT"]),
  url: z.string(),
  headers: texts.optional(),
  form: texts.optional(),
});

const reply = z.strictObject({
  name: z.string(),
  request,
  /** Who signs in at the page that comes first. */
  signIn: z.string().optional(),
  /** The kind of machine that asks; default: one with identities. */
  machine: z.enum(["without identity", "app-service", "service-fabric", "azure-arc"]).optional(),
  /** What the tenant of the recording had set, as in a world. */
  settings: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  /** What is wrong with the service. */
  fault: z.enum(["throttled"]).optional(),
  /** Why the reply is beyond what is simulated. */
  outside: z.string().optional(),
  status: z.int().optional(),
  headers: texts.optional(),
  /** Names in the order of the wire, where the recording kept it. */
  headerOrder: z.array(z.string()).optional(),
  body: json.optional(),
  /** A body that is not JSON. */
  plain: z.string().optional(),
  /** Where a browser is sent, and with what. */
  redirect: z
    .strictObject({
      to: z.string(),
      query: z.array(z.string()).optional(),
      fragment: texts.optional(),
    })
    .optional(),
  /** How the ids follow the description of an error: on lines of their own, or after blanks. */
  text: z.enum(["lines", "spaces"]).optional(),
  idToken: z
    .strictObject({ claims: z.array(z.string()), lifetimeS: z.int().optional() })
    .optional(),
  /** Differences of two numbers of the body, as `later - earlier`. */
  arithmetic: z.record(z.string(), z.number()).optional(),
  /** What of the reply the source leaves out. */
  partly: z.string().optional(),
});

const recording = z.strictObject({
  source: z.union([
    z.strictObject({ repository: z.string(), path: z.string(), commit: z.string() }),
    z.strictObject({ issue: z.url() }),
  ]),
  /** A day, or a month where the source does not say the day. */
  recorded: z.string().regex(/^\d{4}-\d\d(-\d\d)?$/),
  note: z.string().optional(),
  replies: z.array(reply).min(1),
});

const difference = z.strictObject({
  /** The file, or `*`. */
  recording: z.string(),
  /** The reply's name, or `*`. */
  reply: z.string(),
  /** What differs, as the comparison names it. */
  where: z.string(),
  reason: z.string().min(20),
});

export type RecordedReply = z.infer<typeof reply>;
export type Recording = z.infer<typeof recording> & { readonly id: string };
/** A difference that is known and stays. */
export type KnownDifference = z.infer<typeof difference>;

/** All recordings, the oldest first. Throws for a file of another form. */
export function readRecordings(): readonly Recording[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && name !== "differences.json")
    .map((name) => ({ id: name.replace(/\.json$/, ""), ...recording.parse(read(name)) }))
    .toSorted((a, b) => a.recorded.localeCompare(b.recorded) || a.id.localeCompare(b.id));
}

/** The differences that are listed with their reasons. */
export function readDifferences(): readonly KnownDifference[] {
  return z.array(difference).parse(read("differences.json"));
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), "utf8"));
}
