/** Figures of a finding that can grow, and when that is worth reporting: pure. */

/** A figure as it was last reported, with the seed of that session. */
export interface Figure {
  readonly value: number;
  readonly seed: string;
}

/** So many times as high as when it was last reported is worse; with another seed chance may have a part in it. */
const WORSE_FACTOR = { sameSeed: 2, otherSeed: 4 } as const;

/** And by so much at least: few more repeats, or some seconds more, are no news. */
const WORSE_BY = { count: 10, "without-token": 60_000 } as const;

/** The kinds of figures: a count that a rule names, and ms without a token. */
export type FigureKind = keyof typeof WORSE_BY;

/** Whether a figure has grown so much since it was last reported that it is news. */
export function isWorse(kind: FigureKind, reported: Figure, now: Figure): boolean {
  const isSameSeed = reported.seed === now.seed;
  const factor = isSameSeed ? WORSE_FACTOR.sameSeed : WORSE_FACTOR.otherSeed;
  return now.value >= factor * reported.value && now.value - reported.value >= WORSE_BY[kind];
}

/** What later figures are compared with: the highest that was reported, or a lower one of the same seed, which is no chance. */
export function nextFigure(kind: FigureKind, reported: Figure, now: Figure): Figure {
  const isLower = now.value < reported.value && now.seed === reported.seed;
  return isLower || isWorse(kind, reported, now) ? now : reported;
}

/** Statuses of HTTP that rules name: no counts. */
const STATUSES = new Set([400, 401, 403, 404, 408, 410, 429, 500, 501, 502, 503, 504]);

/** A number with what stands before and after it that says what it is of. */
const NUMBERS =
  /(?<before>\b(?:of|operation|exchange|call|request|event|step|AADSTS|HTTP|port|[\w-]+-)\s?#?)?(?<![\w.:/-])(?<number>\d{1,3}(?:[ ,]\d{3})+|\d+)(?![\w.:/-]*\w|\s?%|\s(?:seconds?|minutes?|hours?|days?)\b)/gi;

/** The largest count that a message of a rule names, and zero when it names none. Durations, ordinals, versions, statuses of HTTP and the wholes of shares (`of 1799`) do not count. */
export function countIn(message: string): number {
  const counts = [...message.matchAll(NUMBERS)].flatMap(({ groups }) => {
    const value = Number(groups?.["number"]?.replaceAll(/[ ,]/g, ""));
    return groups?.["before"] === undefined && !STATUSES.has(value) ? [value] : [];
  });
  return Math.max(0, ...counts);
}
