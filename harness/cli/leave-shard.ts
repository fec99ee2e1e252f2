/** Leaves beside the results of a shard which part of a whole it is. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { SHARD_FILE, writeShard } from "../reporting/files/shard.ts";
import { writeWhole } from "../reporting/files/write-whole.ts";
import type { Plan } from "./plan.ts";

/** Says beside the results which part they are of what; a whole leaves nothing, and no older part's word. */
export function leaveShard(plan: Plan, relaunched: Readonly<Record<string, string>>): void {
  const { out, shard, runs } = plan;
  const path = join(out, SHARD_FILE);
  if (shard === undefined) {
    rmSync(path, { force: true });
    return;
  }
  const { part, of, names, planned } = shard;
  const files = plan.unusable.map(({ scenario }) => scenario);
  const unusable = files.length === 0 ? {} : { unusable: files };
  const died = Object.keys(relaunched).length === 0 ? {} : { relaunched };
  const own = runs.filter(({ file }) => file !== undefined);
  const stories = Object.fromEntries(
    own.map(({ name, scenario: { title, story } }) => [name, { title, story }]),
  );
  const meant = own.length === 0 ? {} : { stories };
  const whole = { part, of, runs: names, planned, ...unusable };
  writeWhole(path, writeShard({ schema: "brownout/shard/1", ...whole, ...died, ...meant }));
}
