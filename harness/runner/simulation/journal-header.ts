/** The first line of a journal. */
import { brownoutVersion } from "../../core/version.ts";
import type { JournalHeader } from "../../history/header.ts";

type Optional =
  | "file"
  | "edition"
  | "endsAt"
  | "limits"
  | "row"
  | "side"
  | "expects"
  | "variation"
  | "earlierTokens"
  | "upstream"
  | "watchesPages"
  | "sharedProcesses"
  | "unmetFaults";

/** The header, with its fields in the order in which they are written; absent ones are left out. */
export function createHeader(
  given: Omit<JournalHeader, "schema" | "brownout" | Optional> & {
    readonly [Field in Optional]?: JournalHeader[Field] | undefined;
  },
): JournalHeader {
  const { scenario, file, client, mount, seed, edition, startedAt, endsAt, asserts } = given;
  const {
    limits,
    row,
    side,
    expects,
    variation,
    earlierTokens,
    upstream,
    watchesPages,
    sharedProcesses = {},
    unmetFaults = [],
  } = given;
  return {
    schema: "brownout/journal/1",
    brownout: brownoutVersion,
    scenario,
    ...(file === undefined ? {} : { file }),
    client,
    mount,
    seed,
    ...(edition === undefined ? {} : { edition }),
    startedAt,
    ...(endsAt === undefined ? {} : { endsAt }),
    asserts,
    ...(limits === undefined ? {} : { limits }),
    ...(row === undefined ? {} : { row }),
    ...(side === undefined ? {} : { side }),
    ...(expects === undefined ? {} : { expects }),
    ...(variation === undefined ? {} : { variation }),
    ...(earlierTokens === undefined ? {} : { earlierTokens }),
    ...(upstream === undefined ? {} : { upstream }),
    ...(watchesPages === undefined ? {} : { watchesPages }),
    ...(Object.keys(sharedProcesses).length === 0 ? {} : { sharedProcesses }),
    ...(unmetFaults.length === 0 ? {} : { unmetFaults }),
  };
}
