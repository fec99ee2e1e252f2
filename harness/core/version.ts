/** Brownout's own version, from its package. */
import { readFileSync } from "node:fs";

/** As in `package.json`, which stands two folders above this file in the source and three in the build. */
export const brownoutVersion: string = readVersion(["../../package.json", "../../../package.json"]);

function readVersion(candidates: readonly string[]): string {
  for (const candidate of candidates) {
    try {
      const text = readFileSync(new URL(candidate, import.meta.url), "utf8");
      const { name, version } = JSON.parse(text) as { name?: string; version?: string };
      if (name === "brownout" && version !== undefined) return version;
    } catch {
      // Not this one: the next place.
    }
  }
  return "0.0.0";
}
