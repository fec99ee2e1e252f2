/** The first line of a journal. */
import { brownoutVersion } from "../../core/version.ts";
import type { JournalHeader } from "../../history/event.ts";

/** The header, with its fields in the order in which they are written; absent ones are left out. */
export function createHeader(
  given: Omit<JournalHeader, "schema" | "brownout" | "file" | "edition" | "limits" | "row"> & {
    readonly [Field in "file" | "edition" | "limits" | "row"]?: JournalHeader[Field] | undefined;
  },
): JournalHeader {
  const { scenario, file, client, mount, seed, edition, startedAt, asserts, limits, row } = given;
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
    asserts,
    ...(limits === undefined ? {} : { limits }),
    ...(row === undefined ? {} : { row }),
  };
}
