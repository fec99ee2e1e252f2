/** Findings as tools of source code want them: each at a file, with a fingerprint that stays. */
import { createHash } from "node:crypto";
import type { FindingReport, ReportModel, RunReport } from "../model/report-model.ts";
import type { RunFacts } from "../model/run-facts.ts";
import { repositoryPath } from "./repository-path.ts";
import { type TestCase, testCasesOf } from "./test-cases.ts";

/** A test case that is about a finding. */
export interface FoundCase extends TestCase {
  readonly finding: FindingReport;
  readonly run: RunReport;
  /** The scenario's own file; else the manifest of the project, which brings the client along. */
  readonly file: string;
  /** The same for the same finding in every build: of scenario, client, mount and rule. */
  readonly fingerprint: string;
}

/** The findings of a session. */
export function foundCasesOf(model: ReportModel, facts: RunFacts): readonly FoundCase[] {
  const manifest = repositoryPath(facts, "package.json");
  return testCasesOf(model, facts).flatMap((one) => {
    const { finding, run, file = manifest } = one;
    if (finding === undefined || run === undefined) return [];
    const key = JSON.stringify([one.scenario, one.client, run.mount, one.name]);
    const fingerprint = createHash("sha256").update(key).digest("hex");
    return [{ ...one, finding, run, file, fingerprint }];
  });
}
