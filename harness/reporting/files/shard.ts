/**
 * What a shard tells of itself beside its results: which part of which whole it is. With it
 * `brownout merge` puts every run in its place and sees what is missing; `results.json` knows
 * nothing of shards, so that of merged shards and of one run they are equal.
 */
import { HarnessError } from "../../core/errors.ts";
import { isRecord, parseJson } from "../../core/json.ts";

/** The name of the file in the output folder. */
export const SHARD_FILE = "shard.json";

export interface Shard {
  readonly schema: "brownout/shard/1";
  /** From 1 to `of`. */
  readonly part: number;
  readonly of: number;
  /** Names of all runs of the whole, of which every `of`-th from `part` on is this shard's. */
  readonly runs: readonly string[];
  /** How the first browser of a run died, by the run's name; absent when none did. */
  readonly relaunched?: Readonly<Record<string, string>>;
}

/** The text of `shard.json`. */
export function writeShard(shard: Shard): string {
  return `${JSON.stringify(shard, null, 2)}\n`;
}

/** The shard in a text; `bad-results` when it is none. */
export function parseShard(source: string, place: string): Shard {
  const hint = "Run that shard again: brownout run --shard i/n --out DIR.";
  const found = parseJson(source, { code: "bad-results", place, hint });
  if (
    !isRecord(found) ||
    found["schema"] !== "brownout/shard/1" ||
    !isWithin(found["part"], found["of"]) ||
    !isWithin(found["of"], PARTS_MAX) ||
    !Array.isArray(found["runs"]) ||
    !found["runs"].every((name) => typeof name === "string")
  ) {
    throw new HarnessError("bad-results", "it does not say which part of a run it is", {
      place,
      hint,
    });
  }
  return found as unknown as Shard;
}

/** As many as `--shard` takes. */
const PARTS_MAX = 99_999;

function isWithin(value: unknown, max: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= Number(max);
}
