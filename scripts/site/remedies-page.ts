/** `docs/remedies.md`: what each remedy does about the known findings of the library. */
import { knownLines, type KnownTable } from "../../harness/reporting/remedies/known-table.ts";

/** `docs/data/remedies.json`. */
export interface RemediesData extends KnownTable {
  readonly schema: "brownout/remedies-of-known/1";
  readonly brownout: string;
  readonly seed: string;
  /** When it was played. */
  readonly date: string;
}

/** The page. */
export function remediesPage(data: RemediesData): string {
  const { date, brownout, seed } = data;
  return [
    "# What remedies do about known findings",
    "",
    "<!-- Made by `npm run remedies` from docs/data/remedies.json: do not edit. -->",
    "",
    `\`brownout remedies --known\`, on ${date} with brownout ${brownout}, seed ${seed}: each run of which \`reports/baseline.json\` knows findings was played again with each remedy of [\`brownout/remedies\`](guide/remedies.md) around its client, alone and with all together. A remedy is credited only where it was in effect. Behind a remedy is what it makes worse. What was not played is at the end.`,
    "",
    ...knownLines(data),
    "",
  ].join("\n");
}
