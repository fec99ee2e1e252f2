/** Options that decide what is played; all others decide how, or what becomes of it. */
const CHOOSING = ["--client", "--mount", "--edition"];

/** A word, or one in quotes as a shell takes it. */
const WORDS = /(?:'[^']*'|\\'|[^\s'])+/g;

/**
 * The part of a command that decides which runs are played, such as `run 'token-*' --mount
 * direct`: equal for two commands that play the same; seed, label and folders are left out.
 * `command` as `run.json` has it.
 */
export function playedCommand(command: string): string {
  const words: readonly string[] = command.replace(/^brownout /, "").match(WORDS) ?? [];
  // What stands behind it is a command of another program.
  const own = words.indexOf("--");
  if (own !== -1) return [words[0], ...words.slice(own)].join(" ");
  const first = words.findIndex((word) => word.startsWith("--"));
  const names = first === -1 ? words : words.slice(0, first);
  const chosen = words.flatMap((word, index) =>
    CHOOSING.includes(word) ? [word, words[index + 1] ?? ""] : [],
  );
  return [...names, ...chosen].join(" ");
}
