/**
 * Throws on a Node that is too old for virtual time. The entry points import this file first, so
 * that it runs before anything that such a Node does not have; the files that they import take new
 * functions of Node from its modules as a whole, as a name that is missing would end the loading.
 */

/** The lowest Node of `engines` in package.json. */
export const NEEDED_NODE = "24.14";

/** Throws unless the version is that Node or a newer one. */
export function requireNode(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [neededMajor = 0, neededMinor = 0] = NEEDED_NODE.split(".").map(Number);
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return;
  throw new Error(
    `brownout: virtual time needs Node ${NEEDED_NODE} or newer for the tests, and this is ${version}. Run them with a newer Node, or with the one that came along: brownout with-node vitest run, or what your test script says.`,
  );
}

requireNode(process.versions.node);
