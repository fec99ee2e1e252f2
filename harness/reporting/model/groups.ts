/** Runs and findings in the groups in which a reader wants to hear of them. */
import type { RunReference } from "./run-reference.ts";
import type { FailedRun } from "./results.ts";
import type {
  BrokenRun,
  CutShortGroup,
  HeldGroup,
  InconclusiveRun,
  KnownGroup,
  RelaunchedRun,
  RuleText,
  RunReport,
} from "./report-model.ts";
import { given, referenceTo } from "./run-report.ts";

/** The runs with new failures, each with these alone. */
export function brokenRuns(runs: readonly RunReport[]): readonly BrokenRun[] {
  return runs
    .filter(({ standing }) => standing === "new")
    .map((run) => ({
      run: referenceTo(run),
      mount: run.mount,
      simulatedMs: run.simulatedMs,
      findings: run.findings.filter((one) => one.standing === "new"),
      howLong: run.howLong,
      ...given("title", run.title),
      ...given("configuration", run.configuration),
      ...given("story", run.configuration === undefined ? run.story : undefined),
      ...given("costText", run.costText),
      ...given("replay", run.replay),
    }));
}

/** When so many rules have one reason for which they say nothing, the reason is enough. */
const RULES_MAX = 5;

/** The runs in which an asserted rule came to no conclusion, which neither the baseline nor the quarantine knows. */
export function inconclusiveRuns(runs: readonly RunReport[]): readonly InconclusiveRun[] {
  return runs.flatMap((run) => {
    const findings = run.findings.filter((one) => one.standing === "inconclusive");
    if (findings.length === 0) return [];
    // A run that is also broken has said so there.
    const advice = run.standing === "new" ? undefined : run.configuration;
    const unproved = findings.length > RULES_MAX ? run.unproved : undefined;
    return [
      {
        run: referenceTo(run),
        findings,
        ...given("configuration", advice),
        ...given("unproved", unproved),
      },
    ];
  });
}

/**
 * The asserted rules that passed, by client and rule, in the order of the runs. Without them a
 * reader sees only what is wrong, and not what was tried and held.
 */
export function heldGroups(
  runs: readonly RunReport[],
  rules: Readonly<Record<string, RuleText>>,
): readonly HeldGroup[] {
  const held = runs.flatMap((run) => run.held.map((rule) => ({ run: referenceTo(run), rule })));
  return [...Map.groupBy(held, ({ run }) => run.client)].map(([client, own]) => ({
    client,
    rules: byRule(own).map((group) => ({ ...group, ...given("says", rules[group.rule]?.says) })),
  }));
}

/**
 * Findings that the baseline knows, or that scenarios expect, by client and the reason that it gives: one defect of a
 * client shows in many scenarios, and a reader wants to hear of it once, with an example.
 */
export function knownGroups(
  runs: readonly RunReport[],
  by: "known" | "expected",
): readonly KnownGroup[] {
  const found = runs.flatMap((run) =>
    run.findings
      .filter(({ baseline }) => baseline === by)
      .map((finding) => ({ run: referenceTo(run), rule: finding.rule, finding })),
  );
  const reasonOf = ({ finding }: (typeof found)[number]): string =>
    finding.reason ?? finding.message;
  const groups = Map.groupBy(found, (one) => JSON.stringify([one.run.client, reasonOf(one)]));
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const { run, finding } = first;
    return [
      {
        client: run.client,
        reason: reasonOf(first),
        count: own.length,
        rules: byRule(own),
        example: {
          run,
          message: finding.message,
          evidence: finding.evidence,
          ...given("controlText", finding.controlText),
        },
      },
    ];
  });
}

/** The runs whose browser died and that began again in another. */
export function relaunchedRuns(runs: readonly RunReport[]): readonly RelaunchedRun[] {
  return runs.flatMap((run) =>
    run.relaunched === undefined ? [] : [{ run: referenceTo(run), text: run.relaunched }],
  );
}

/** Runs that were cut short, by why: for one reason there may be hundreds. */
export function cutShortGroups(failures: readonly FailedRun[]): readonly CutShortGroup[] {
  return [...Map.groupBy(failures, ({ message }) => message)].map(([message, own]) => ({
    message,
    ...given("hint", own[0]?.hint),
    runs: own.map(({ scenario, client }) => ({ scenario, client })),
  }));
}

function byRule(found: readonly { readonly run: RunReference; readonly rule: string }[]) {
  return [...Map.groupBy(found, ({ rule }) => rule)].map(([rule, own]) => ({
    rule,
    runs: own.map(({ run }) => run),
  }));
}
