/** The kinds of failure that versions of a client show, and in which versions and scenarios. */
import { failureKinds } from "../../rules/failure-kinds.ts";
import { rules } from "../../rules/rules.ts";
import type { ShownKind, VersionResult } from "./version-result.ts";

/** A kind of failure with the versions that show it. */
export interface VersionKind extends ShownKind {
  readonly client: string;
  /** What happens, in a few words. */
  readonly says: string;
  /** Oldest first; those that do not show it are absent. */
  readonly versions: readonly { readonly version: string; readonly scenarios: readonly string[] }[];
}

/** The kinds that the versions of a client show, those with a name of their own first; `versions` are oldest first. */
export function kindsOfVersions(
  client: string,
  versions: readonly { readonly version: string; readonly results: readonly VersionResult[] }[],
): readonly VersionKind[] {
  const known = [
    ...failureKinds.map(({ rule, id: kind, says }) => ({ rule, kind, says })),
    ...rules.map(({ id }) => ({ rule: id, kind: id, says: `${id} is broken` })),
  ];
  return known.flatMap(({ rule, kind, says }) => {
    const shown = versions.flatMap(({ version, results }) => {
      const scenarios = results
        .filter(({ kinds }) => kinds.some((one) => one.rule === rule && one.kind === kind))
        .map(({ scenario }) => scenario);
      return scenarios.length === 0 ? [] : [{ version, scenarios }];
    });
    return shown.length === 0 ? [] : [{ client, rule, kind, says, versions: shown }];
  });
}
