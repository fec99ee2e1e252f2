/** Folds loops in a timeline: one turn is written once, with the number of repetitions. */

/** The fewest turns of a loop that are folded, and the most lines of a turn. */
const TURNS_MIN = 3;
const PERIOD_MAX = 8;

/** The lines of a timeline. Of consecutive blocks that differ only in time, numbers and tokens, the first stays, with the number of repetitions. */
export function foldLines(lines: readonly string[]): readonly string[] {
  const keys = lines.map(keyOf);
  const folded: string[] = [];
  for (let at = 0; at < lines.length;) {
    const { period, turns } = longestLoop(keys, at);
    folded.push(...lines.slice(at, at + period));
    at += period * turns;
    if (turns === 1) continue;
    const [until = ""] = TIME.exec(lines[at - 1] ?? "") ?? [];
    const what = period === 1 ? "the same" : `the same ${period} lines`;
    folded.push(`… ${what} ${turns - 1} more times, until ${until}`);
  }
  return folded;
}

const TIME = /^\+[\d.]+[dhms](?: [\d.]+[dhms])*/;

/** The part of a line that is equal for similar requests. */
function keyOf(line: string): string {
  return line
    .replace(TIME, "")
    .replaceAll(/\b(?:[ar]t-[0-9a-f]{12}|(?:exchange|operation) \d+)/g, "#")
    .trim();
}

interface Loop {
  readonly period: number;
  readonly turns: number;
}

/** The loop that begins there and covers the most lines; one turn of one line when there is none. */
function longestLoop(keys: readonly string[], at: number): Loop {
  let best: Loop = { period: 1, turns: 1 };
  for (let period = 1; period <= PERIOD_MAX; period += 1) {
    let length = period;
    while (at + length < keys.length && keys[at + length] === keys[at + length - period])
      length += 1;
    const turns = Math.floor(length / period);
    if (turns >= TURNS_MIN && turns * period > best.turns * best.period) best = { period, turns };
  }
  return best;
}
