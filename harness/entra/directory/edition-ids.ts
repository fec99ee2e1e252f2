/** The names of the dated texts about the backup system, as settings use them; their content is in `entra/backup/edition.ts`. */

/** Editions in order of time, the newest last. */
export const editionIds = [
  "2023-06",
  "2024-01",
  "2024-05",
  "2025-07",
  "2025-08",
  "2026-03",
] as const;

export type EditionId = (typeof editionIds)[number];
