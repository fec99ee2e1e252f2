/**
 * The stable codes of `HarnessError`, for programs that react to one of them.
 *
 * @example
 * const isMissing = (code: HarnessErrorCode): boolean => code === "client-not-installed";
 */
export type HarnessErrorCode =
  | "unknown-scenario"
  | "unknown-client"
  | "unknown-mount"
  | "unknown-rule"
  | "unknown-name"
  | "bad-usage"
  | "bad-fault-plan"
  | "bad-scenario"
  | "bad-client"
  | "bad-world"
  | "bad-registration"
  | "bad-journal"
  | "bad-har"
  | "bad-baseline"
  | "bad-quarantine"
  | "bad-channels"
  | "bad-results"
  | "archive-damaged"
  | "archive-locked"
  | "archive-newer"
  | "bundler-missing"
  | "unwritable"
  | "unfit-machine"
  | "suite-failed"
  | "unmocked-request"
  | "not-signed-in"
  | "not-signed-out"
  | "page-not-loaded"
  | "stuck"
  | "request-loop"
  | "client-not-installed"
  | "client-not-supported"
  | "no-registry"
  | "no-browser"
  | "browser-died"
  | "worker-died";

/**
 * A misuse of the harness, or a machine that cannot run it, as opposed to a failure of the
 * client under test: what was wrong (`message`), where (`place`), and what to do (`hint`).
 * The command prints it without a stack trace and exits with 2.
 *
 * @example
 * try {
 *   await loadScenario("token-throtled");
 * } catch (error) {
 *   if (error instanceof HarnessError) console.error(error.code, error.message, error.hint);
 * }
 */
export class HarnessError extends Error {
  readonly code: HarnessErrorCode;
  readonly place: string | undefined;
  readonly hint: string | undefined;

  constructor(
    code: HarnessErrorCode,
    message: string,
    options: { readonly place?: string; readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "HarnessError";
    this.code = code;
    this.place = options.place;
    this.hint = options.hint;
  }
}

/**
 * The candidates nearest to a mistyped name, best first, at most three.
 * Nearness is edit distance; candidates that share nothing with the name are left out.
 */
export function nearestNames(name: string, candidates: Iterable<string>): string[] {
  const wanted = name.toLowerCase();
  const scored: { candidate: string; distance: number }[] = [];
  for (const candidate of candidates) {
    const lower = candidate.toLowerCase();
    const distance =
      wanted.length > 2 && (lower.includes(wanted) || wanted.includes(lower))
        ? 1
        : editDistance(wanted, lower);
    if (distance <= Math.max(2, Math.floor(wanted.length / 2)))
      scored.push({ candidate, distance });
  }
  return scored
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map((entry) => entry.candidate);
}

/** "Did you mean a, b or c?", or `otherwise` when nothing is near. */
export function suggestNames(
  name: string,
  candidates: Iterable<string>,
  otherwise: string,
): string {
  const near = nearestNames(name, candidates);
  if (near.length === 0) return otherwise;
  if (near.length === 1) return `Did you mean "${near[0]}"?`;
  return `Did you mean ${near.slice(0, -1).join(", ")} or ${near.at(-1)}?`;
}

/** Throws `bad-usage` for a key that is not known: it would be ignored, and the call would mean something else. */
export function checkKeys(options: object, known: readonly string[], place: string): void {
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new HarnessError("bad-usage", `unknown key "${unknown}"`, {
    place,
    hint: suggestNames(unknown, known, `Known keys: ${known.join(", ")}.`),
  });
}

export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(
        Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution),
      );
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
