/** How what is known of one finding goes on with what a session says of it: pure. */
import type { ChangeDetail } from "./change.ts";
import { countIn, isWorse, nextFigure } from "./figures.ts";
import type { EarlierOutcome, FindingState, Occurrence, Past, Streaks } from "./ledger-state.ts";
import { CAUSES, type FindingRecord } from "./session-record.ts";

/** What a session says of a finding. */
export type Seen = { readonly version: string } & (
  | { readonly state: "failing" | "inconclusive"; readonly finding: FindingRecord }
  /** `unseen`: its rule had nothing to judge. */
  | { readonly state: "holding" | "unseen" }
);

/** The session, as far as it matters to a finding. */
export interface SessionOfFinding {
  readonly id: number;
  readonly seed: string;
  readonly past: Past;
}

/** What is known of a finding after a session, and what to report. */
export interface Folded {
  readonly after: FindingState;
  readonly details: readonly ChangeDetail[];
}

/** A flaky finding that fails so often in a row, and more often than ever before, stays. */
const STAYS_FROM = 3;

/** One that holds so often in a row, and more often than ever before, is fixed. */
const FIXED_FROM = 7;

/** With other seeds than those with which it failed, a finding is fixed when it has held so often in a row. */
const HELD_WITH_OTHER_SEEDS = 3;

/** A finding that failed with so many seeds does not depend on the seed. */
const SEEDS_ENOUGH = 3;

/** More seeds of a flaky finding than these are not listed. */
const SEEDS_LISTED = 20;

/** Goes on from `before` with what a session says. */
export function foldFinding(before: FindingState, seen: Seen, session: SessionOfFinding): Folded {
  switch (seen.state) {
    case "failing":
      return before.open === undefined
        ? opened(before, seen, session)
        : stillFailing(before, before.open, { seen, session });
    case "inconclusive":
      return inconclusive(before, seen, session);
    case "holding":
      return holding(before, seen.version, session);
    case "unseen":
      return unjudged(before);
  }
}

type SeenFinding = Extract<Seen, { readonly finding: FindingRecord }>;

function opened(before: FindingState, seen: SeenFinding, session: SessionOfFinding): Folded {
  const open = occurrenceOf(before, seen, session);
  if (open.accepted) return { after: { ...before, open }, details: [] };
  const held = outcomes(before, session, "holding");
  if (held.length > 0) {
    const by = flakyBy(held, session.seed);
    const detail = { kind: "flaky", by, failing: open.seeds, holding: seedsOf(held) } as const;
    return { after: { ...before, open: flaky(open, by, "failing") }, details: [detail] };
  }
  const how = before.fixed > 0 ? "again" : "first";
  const after = { ...before, open: { ...open, reported: "failing" as const } };
  return { after, details: [{ kind: "new", how }] };
}

function occurrenceOf(
  before: FindingState,
  { version, finding }: SeenFinding,
  { id, seed, past }: SessionOfFinding,
): Occurrence {
  const good = before.lastHeld ?? past.lastGood(before.subject);
  return {
    firstSeen: id,
    ...(good === undefined
      ? {}
      : { lastGood: good.session, versions: { from: good.version, to: version } }),
    lastSeen: id,
    times: 1,
    version,
    message: finding.message,
    ...(finding.cause === undefined ? {} : { cause: finding.cause }),
    count: { value: countIn(finding.message), seed },
    accepted: isAccepted(finding),
    quarantined: finding.quarantined === true,
    seeds: [seed],
    heldOtherwise: 0,
  };
}

function isAccepted({ baseline, quarantined }: FindingRecord): boolean {
  return baseline !== "new" || quarantined === true;
}

function stillFailing(
  before: FindingState,
  open: Occurrence,
  { seen, session }: { readonly seen: SeenFinding; readonly session: SessionOfFinding },
): Folded {
  const { id, seed } = session;
  const { version, finding } = seen;
  const now = { value: countIn(finding.message), seed };
  const { unjudged: _unjudged, ...rest } = open;
  const sighted: Occurrence = {
    ...rest,
    lastSeen: id,
    times: open.times + 1,
    version,
    message: finding.message,
    ...withCause(open, finding),
    count: nextFigure("count", open.count, now),
    accepted: isAccepted(finding),
    quarantined: finding.quarantined === true,
    seeds: [...new Set([...open.seeds, seed])].slice(-SEEDS_LISTED),
    heldOtherwise: 0,
  };
  const worse: readonly ChangeDetail[] =
    isWorse("count", open.count, now) && !sighted.quarantined
      ? [{ kind: "worse", figure: "count", from: open.count.value, to: now.value }]
      : [];
  const goOn = (details: readonly ChangeDetail[], more: Partial<Occurrence> = {}): Folded => ({
    after: { ...before, open: { ...sighted, ...more } },
    details,
  });
  if (sighted.accepted) return goOn(worse);
  if (open.reported === undefined)
    return goOn([{ kind: "new", how: "first" }], { reported: "failing" });
  switch (open.reported) {
    case "gone":
      return goOn([{ kind: "new", how: "again" }], { reported: "failing" });
    case "inconclusive":
      return goOn([{ kind: "new", how: "first" }], {
        reported: "failing",
        firstSeen: id,
        times: 1,
        count: now,
      });
    case "flaky": {
      const streaks = nextStreak(open.streaks, "failing");
      const stays = isLongest(streaks, STAYS_FROM);
      return stays
        ? goOn([{ kind: "new", how: "stays" }], { reported: "failing" })
        : goOn([], { streaks });
    }
    case "failing":
      return isOtherCause(open, finding) ? goOn([{ kind: "new", how: "otherwise" }]) : goOn(worse);
  }
}

/** A cause that was reported before is no news when it is back, nor is it one that another is gone. */
function isOtherCause(open: Occurrence, { cause }: FindingRecord): boolean {
  if (open.cause === undefined || cause === undefined) return false;
  const known = open.cause.split(CAUSES);
  return cause.split(CAUSES).some((one) => !known.includes(one));
}

/** All causes that were seen since the finding is there. */
function withCause({ cause: before }: Occurrence, { cause }: FindingRecord): { cause?: string } {
  const all = [before, cause].flatMap((causes) => causes?.split(CAUSES) ?? []);
  return all.length === 0 ? {} : { cause: [...new Set(all)].toSorted().join(CAUSES) };
}

function holding(before: FindingState, version: string, session: SessionOfFinding): Folded {
  const { open } = before;
  const closed = (details: readonly ChangeDetail[]): Folded => {
    const { open: _open, ...rest } = before;
    const fixed = before.fixed + (details.length > 0 ? 1 : 0);
    const lastHeld = { session: session.id, version };
    return { after: { ...rest, lastHeld, fixed }, details };
  };
  if (open?.reported === undefined) return closed([]);
  // It comes and goes, and that it holds for now is no fix.
  if (open.quarantined) return { after: before, details: [] };
  switch (open.reported) {
    case "inconclusive":
      return closed([{ kind: "fixed", was: "inconclusive" }]);
    case "gone":
      return closed([{ kind: "fixed", was: "failing" }]);
    case "flaky": {
      const next = stillFlaky(before, open, session);
      return isRepaired(next, session)
        ? closed([{ kind: "fixed", was: "flaky" }])
        : { after: { ...before, open: next }, details: [] };
    }
    case "failing": {
      const flickering = heldWithEqualInputs(before, open, session);
      if (flickering !== undefined) return flickering;
      const next = { ...open, heldOtherwise: open.heldOtherwise + 1 };
      return isProven(next, session)
        ? closed([{ kind: "fixed", was: "failing" }])
        : { after: { ...before, open: next }, details: [] };
    }
  }
}

function heldWithEqualInputs(
  before: FindingState,
  open: Occurrence,
  session: SessionOfFinding,
): Folded | undefined {
  const failed = outcomes(before, session, "failing");
  if (failed.length === 0) return undefined;
  const by = flakyBy(failed, session.seed);
  const detail = { kind: "flaky", by, failing: seedsOf(failed), holding: [session.seed] } as const;
  return { after: { ...before, open: flaky(open, by, "holding") }, details: [detail] };
}

/** That it holds is no chance: with a seed with which it failed, after failing with many, or often in a row. */
function isProven({ seeds, heldOtherwise }: Occurrence, { seed }: SessionOfFinding): boolean {
  return (
    seeds.includes(seed) || seeds.length >= SEEDS_ENOUGH || heldOtherwise >= HELD_WITH_OTHER_SEEDS
  );
}

/** A flaky finding that holds; what seemed to depend on the seed is chance when one seed has both outcomes. */
function stillFlaky(before: FindingState, open: Occurrence, session: SessionOfFinding): Occurrence {
  const failed = outcomes(before, session, "failing").some(({ seed }) => seed === session.seed);
  return {
    ...open,
    streaks: nextStreak(open.streaks, "holding"),
    ...(failed ? { flakyBy: "chance" as const } : {}),
  };
}

function isRepaired(
  { flakyBy: by, seeds, streaks }: Occurrence,
  { seed }: SessionOfFinding,
): boolean {
  if (by === "seed" && seeds.includes(seed)) return true;
  return streaks !== undefined && isLongest(streaks, FIXED_FROM);
}

function inconclusive(before: FindingState, seen: SeenFinding, session: SessionOfFinding): Folded {
  const { open } = before;
  if (open !== undefined && open.reported !== "inconclusive") {
    return isAccepted(seen.finding) ? { after: before, details: [] } : unjudged(before);
  }
  if (open !== undefined) {
    const { message } = seen.finding;
    const next = { ...open, lastSeen: session.id, times: open.times + 1, message };
    return { after: { ...before, open: next }, details: [] };
  }
  const occurrence = occurrenceOf(before, seen, session);
  if (occurrence.accepted) return { after: before, details: [] };
  const was = occurrence.lastGood === undefined ? "not-run" : "holding";
  const next = { ...occurrence, reported: "inconclusive" as const };
  return { after: { ...before, open: next }, details: [{ kind: "inconclusive", was }] };
}

/** An open finding that cannot be judged this time: neither fixed nor the same as ever. */
function unjudged(before: FindingState): Folded {
  const { open } = before;
  if (open?.reported !== "failing" || open.accepted || open.unjudged === true)
    return { after: before, details: [] };
  return {
    after: { ...before, open: { ...open, unjudged: true } },
    details: [{ kind: "inconclusive", was: "failing" }],
  };
}

function outcomes(
  { subject }: FindingState,
  { past }: SessionOfFinding,
  state: EarlierOutcome["state"],
): readonly EarlierOutcome[] {
  return past.withEqualInputs(subject).filter((outcome) => outcome.state === state);
}

function flakyBy(others: readonly EarlierOutcome[], seed: string): "chance" | "seed" {
  return others.some((other) => other.seed === seed) ? "chance" : "seed";
}

function seedsOf(earlier: readonly EarlierOutcome[]): readonly string[] {
  return [...new Set(earlier.map(({ seed }) => seed))].slice(-SEEDS_LISTED);
}

function flaky(open: Occurrence, by: "chance" | "seed", now: Streaks["now"]): Occurrence {
  const streaks = { now, length: 1, longest: { failing: 0, holding: 0 } };
  return { ...open, reported: "flaky", flakyBy: by, streaks };
}

function nextStreak(streaks: Streaks | undefined, now: Streaks["now"]): Streaks {
  if (streaks === undefined) return { now, length: 1, longest: { failing: 0, holding: 0 } };
  if (streaks.now === now) return { ...streaks, length: streaks.length + 1 };
  const longest = Math.max(streaks.longest[streaks.now], streaks.length);
  return { now, length: 1, longest: { ...streaks.longest, [streaks.now]: longest } };
}

function isLongest({ now, length, longest }: Streaks, from: number): boolean {
  return length >= from && length > longest[now];
}
