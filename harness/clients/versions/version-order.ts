/** Versions of packages, as `MAJOR.MINOR.PATCH`: which of them are meant, and which is newer. */

/** Stands for the newest release of all. */
export const LATEST = "latest";

/** Whether it is a release: three numbers and nothing behind them. */
export function isRelease(version: string): boolean {
  return /^\d+\.\d+\.\d+$/.test(version);
}

/** Whether it reads as a major, `a.b` or a whole version. */
export function isWanted(text: string): boolean {
  return /^(?:0|[1-9]\d{0,5})(?:\.(?:0|[1-9]\d{0,5})){0,2}$/.test(text);
}

/** Below zero when `a` is older than `b`. */
export function compareVersions(a: string, b: string): number {
  const [ours, theirs] = [a, b].map((version) => version.split(".").map(Number));
  for (const place of [0, 1, 2]) {
    const difference = (ours?.[place] ?? 0) - (theirs?.[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether a version is of what is wanted: `7`, `7.2` and `7.2.1` all mean 7.2.1. */
export function isOf(version: string, wanted: string): boolean {
  return version === wanted || version.startsWith(`${wanted}.`);
}

/** The releases among versions, oldest first. */
export function releasesOf(versions: readonly string[]): readonly string[] {
  return [...new Set(versions)].filter(isRelease).sort(compareVersions);
}
