/**
 * What the test that runs has expected of the simulated Entra, for the results of a suite: a
 * process runs one test at a time. Of an expectation that is tried until it holds, the last outcome counts.
 */
import type { TestFinding } from "../../history/header.ts";
import type { MatcherVerdict } from "./verdict.ts";

interface Expectation extends MatcherVerdict {
  /** Such as `toHaveRecovered`. */
  readonly matcher: string;
  readonly values: readonly unknown[];
  readonly isNot: boolean;
}

const noted = new Map<string, Expectation>();

/** Notes what a matcher was asked and what it found. */
export function noteExpectation(expectation: Expectation): void {
  const { matcher, values, isNot } = expectation;
  noted.set(JSON.stringify([matcher, values, isNot]), expectation);
}

/** What was expected since the last call; `source` is that of what is no rule. */
export function takeExpectations(source: string): readonly TestFinding[] {
  const findings = [...noted.values()].flatMap((one) => findingsOf(one, source));
  noted.clear();
  return findings;
}

function findingsOf(
  { matcher, isNot, verdict, message, findings }: Expectation,
  source: string,
): readonly TestFinding[] {
  if (findings !== undefined && !isNot)
    return findings.map((one) => ({
      rule: one.rule,
      verdict: one.verdict,
      message: one.message,
      evidence: one.evidence,
      source: one.source,
    }));
  const opposite = { pass: "fail", fail: "pass", inconclusive: "inconclusive" } as const;
  const [asked, ...others] = findings ?? [];
  const [says = ""] = message.split("\n", 1);
  return [
    {
      rule: asked === undefined || others.length > 0 ? ruleOf(matcher) : asked.rule,
      verdict: isNot ? opposite[verdict] : verdict,
      message: isNot ? `The test expects the opposite of this: ${says}` : says,
      evidence: asked?.evidence ?? [],
      source: asked?.source ?? source,
    },
  ];
}

/** `toHaveKeptWorkingFromCache` is `kept-working-from-cache`. */
function ruleOf(matcher: string): string {
  return matcher
    .replace(/^to(?:Have)?/, "")
    .replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    .slice(1);
}
