/** What a run says before it begins: how much of what, with which seed. */
import { brownoutVersion } from "../core/version.ts";
import { count } from "../reporting/model/wording.ts";
import type { Plan } from "./plan.ts";

/** The first lines of a session. */
export function openingLines(plan: Plan): readonly string[] {
  const runs = count(plan.runs.length, "run");
  const edition = plan.edition === undefined ? "" : `, edition ${plan.edition}`;
  return [
    `brownout ${brownoutVersion}: ${runs}${mountsOf(plan)}, seed ${plan.seed}${edition}`,
    ...(plan.runs.length === 0 ? [emptyShardLine(plan)] : []),
  ];
}

function mountsOf({ runs }: Plan): string {
  const mounts = [...new Set(runs.map(({ mount }) => mount))];
  if (mounts.length === 0) return "";
  return `, ${mounts.length === 1 ? "mount" : "mounts"} ${mounts.join(" and ")}`;
}

/** There are more shards than runs, which is no mistake. */
function emptyShardLine({ shard }: Plan): string {
  const { part = 1, of = 1, names = [] } = shard ?? {};
  return `Shard ${part}/${of} has nothing to run: there ${names.length === 1 ? "is" : "are"} only ${count(names.length, "run")}.`;
}
