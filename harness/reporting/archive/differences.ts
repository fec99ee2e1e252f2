/** What differs between two sessions, and when two had equal inputs: pure. */
import type { Differences, FromTo, PackageChange, SessionFacts, SessionHead } from "./change.ts";

/**
 * The inputs of a session as a text, without its seed: equal texts mean that the same code ran
 * with the same packages. Undefined without a commit, since then the code may have changed.
 */
export function inputsOf({ brownout, facts }: Pick<SessionHead, "brownout" | "facts">) {
  if (facts?.commit === undefined) return undefined;
  const { commit, edition, node } = facts;
  return JSON.stringify([brownout, commit, edition ?? "", node ?? "", versionTexts(facts)]);
}

/** What differs from one session to a later one; `client` is the client under test, with its versions in both. */
export function differencesBetween(
  before: Pick<SessionHead, "brownout" | "seed" | "facts">,
  after: Pick<SessionHead, "brownout" | "seed" | "facts">,
  client?: FromTo & { readonly name: string },
): Differences {
  const [from, to] = [before.facts, after.facts];
  const packages = [
    ...(client === undefined || client.from === client.to ? [] : [client]),
    ...packageChanges(from, to).filter(({ name }) => name !== client?.name),
  ];
  return {
    packages,
    ...differing("commits", from?.commit, to?.commit),
    ...differing("brownout", before.brownout, after.brownout),
    ...differing("node", from?.node, to?.node),
    ...differing("edition", from?.edition, to?.edition),
    ...differing("seed", before.seed, after.seed),
    ...differing("host", from?.host, to?.host),
    ...differing("command", from?.command, to?.command),
  };
}

function differing<const Key extends string>(
  key: Key,
  from: string | undefined,
  to: string | undefined,
): { readonly [K in Key]?: FromTo } {
  if (from === undefined || to === undefined || from === to) return {};
  return { [key]: { from, to } } as { readonly [K in Key]: FromTo };
}

function packageChanges(
  before: SessionFacts | undefined,
  after: SessionFacts | undefined,
): readonly PackageChange[] {
  // An older session did not record its packages: nothing can be said of them.
  if (before?.clients === undefined || after?.clients === undefined) return [];
  const [from, to] = [versionsByName(before), versionsByName(after)];
  return [...new Set([...from.keys(), ...to.keys()])].toSorted().flatMap((name) => {
    const [old, now] = [from.get(name), to.get(name)];
    if (old === now) return [];
    return [
      {
        name,
        ...(old === undefined ? {} : { from: old }),
        ...(now === undefined ? {} : { to: now }),
      },
    ];
  });
}

function versionsByName({ clients = [] }: SessionFacts): ReadonlyMap<string, string> {
  const groups = Map.groupBy(clients, ({ name }) => name);
  return new Map(
    [...groups].map(([name, theirs]) => [
      name,
      [...new Set(theirs.map(({ version }) => version))].toSorted().join(", "),
    ]),
  );
}

function versionTexts(facts: SessionFacts): readonly string[] {
  return [...versionsByName(facts)].map(([name, version]) => `${name}@${version}`).toSorted();
}
