/** What a rule says without its figures: they depend on the seed, and the finding does not. */

const FIGURES = /\d+(?:[.,:]\d+)*(?:\s?(?:ms|s|m|h|d|%))?(?=[^\w]|$)/g;

/**
 * A message without its counts, durations and times, and without what grammar makes of them: `1
 * call was` and `12 calls were` are one.
 *
 * @example
 * messageShape("44 of 60 calls got no token in 1h 5m"); // "# of # call got no token in #"
 */
export function messageShape(message: string): string {
  return message
    .replaceAll(FIGURES, "#")
    .replaceAll(/#(?: #)+/g, "#")
    .replaceAll(/\b(?:were|was)\b/g, "was")
    .replaceAll(/\b(?:have|has)\b/g, "has")
    .replaceAll(/\b(\w{3,})s\b/g, "$1");
}
