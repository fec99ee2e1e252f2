/** What a served simulation says of itself to the programs that use it. */
import { renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { HarnessError } from "../core/errors.ts";
import { makeFolder } from "../core/make-folder.ts";
import { parseWith, schema, type TypeOf } from "../core/validation.ts";

const readySchema = schema((z) =>
  z.object({
    schema: z.literal("brownout/ready/1"),
    pid: z.int(),
    /** The address of the way in. */
    host: z.string(),
    port: z.int(),
    /** For `HTTPS_PROXY` and its like. */
    proxy: z.string(),
    /** The file of the certificate that programs must trust. */
    ca: z.string(),
    control: z.string(),
    /** For `Authorization: Bearer …` at `control`. */
    token: z.string(),
    seed: z.string(),
    journal: z.string().optional(),
    /** The identity provider behind it, with `--upstream`. */
    upstream: z.string().optional(),
    /** Where its name server answers, with `--dns`. */
    dns: z.string().optional(),
    /** What programs on the machine of `--machine` find in their environment. */
    machine: z.record(z.string(), z.string()),
  }),
);

/** What is in a ready file. */
export type Ready = TypeOf<typeof readySchema>;

/** Writes it for this user alone, since it has the token: complete, or not at all. Throws `unwritable`. */
export function writeReadyFile(path: string, ready: Ready): void {
  const unfinished = `${path}.part`;
  try {
    makeFolder(dirname(path));
    writeFileSync(unfinished, `${JSON.stringify(ready, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(unfinished, path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HarnessError("unwritable", `it cannot be written: ${reason}`, {
      place: path,
      hint: "Name another file with --ready-file.",
      cause: error,
    });
  }
}

/** What is in the text of a ready file. Throws `bad-usage`. */
export function parseReady(text: string, place: string): Ready {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  return parseWith(readySchema, value, {
    what: "ready",
    code: "bad-usage",
    place,
    hint: "brownout serve --ready-file FILE writes it.",
  });
}
