/** A row of the documented flows, for histories that stand for one. */
import type { FlowRow } from "../../harness/history/header.ts";

export const nativeRefreshRow: FlowRow = {
  flow: "native-refresh",
  as: "a desktop app",
  edition: "2026-03",
  documented: "protected",
  says: "Native apps are protected.",
  source: "https://learn.microsoft.com/",
};
