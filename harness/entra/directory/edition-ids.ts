/** The dated texts of the backup system, by name: what a setting may say. What each holds is in `harness/entra/backup/edition.ts`. */

/** Editions in order of time; the last one is the newest. */
export const editionIds = [
  "2023-06",
  "2024-01",
  "2024-05",
  "2025-07",
  "2025-08",
  "2026-03",
] as const;

export type EditionId = (typeof editionIds)[number];
