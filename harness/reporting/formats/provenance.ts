/** Where results come from, by name: what stands in `run.json` without its times, so that a report of one seed stays the same byte for byte. */
import type { ReportData } from "../model/report-model.ts";
import type { RunFacts } from "../model/run-facts.ts";

/** Pairs of a name and what is known, those that a reader asks for first at the top. */
export function provenanceOf({
  job,
  label,
  branch,
  commit,
  build,
  folder,
  host,
  os,
  node,
  clients,
  edition,
  parts = [],
}: RunFacts): NonNullable<ReportData["provenance"]> {
  const hosts = parts.length === 0 ? [host] : parts.map((part) => part.host);
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ["Job", job],
    ["Label", label === commit ? undefined : label],
    ["Branch", branch],
    ["Commit", commit],
    ["Folder", folder === "" ? undefined : folder],
    ["Build", build],
    ["Packages", clients.map(({ name, version }) => `${name} ${version}`).join(", ")],
    ["Edition", edition],
    ["Machine", `${[...new Set(hosts)].join(", ")} (${os}, Node ${node})`],
  ];
  return pairs.flatMap(([name, text]) =>
    text === undefined || text === "" ? [] : [[name, text] as const],
  );
}
