/** Formats that are written when they are asked for. */
import { describe, expect, it } from "vitest";
import { runFacts } from "../../../test/support/run-facts.ts";
import { judgedRun, reportOf } from "../../../test/support/report.ts";
import { writeCodeQuality } from "./code-quality.ts";
import { writeSarif } from "./sarif.ts";

const known = { scenario: "known", client: "msal-node", rule: "backoff", reason: "It is so." };
const runs = (version: string, seed: string) =>
  [
    judgedRun({ "retry-after": "fail" }, { scenario: "own", file: "own.scenario.ts" }),
    judgedRun({ backoff: "fail" }, { scenario: "library" }),
    judgedRun({ "retry-after": "inconclusive" }, { scenario: "unseen" }),
    judgedRun({ backoff: "fail" }, { scenario: "known" }),
  ].map((run) => {
    const { header } = run.history;
    const client = { ...header.client, version };
    return { ...run, history: { ...run.history, header: { ...header, client, seed } } };
  });
const modelOf = (version = "7.2.1", seed = "1") =>
  reportOf(runs(version, seed), { baseline: [{ ...known, verdict: "fail" }] });
const facts = runFacts({ folder: "packages/app", job: "nightly" });

interface Result {
  readonly ruleId: string;
  readonly level: string;
  readonly locations: readonly {
    readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } };
  }[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions?: readonly { readonly justification: string }[];
}

describe("brownout.sarif", () => {
  const resultsOf = (text: string) =>
    (JSON.parse(text) as { runs: { results: readonly Result[] }[] }).runs[0]?.results ?? [];
  const results = resultsOf(writeSarif(modelOf(), facts));

  it("places each finding at the scenario's own file, or at the manifest of the project", () => {
    const places = results.map(({ locations: [at] }) => at?.physicalLocation.artifactLocation.uri);
    expect(places).toEqual([
      "packages/app/own.scenario.ts",
      "packages/app/package.json",
      "packages/app/package.json",
      "packages/app/package.json",
    ]);
    expect(results.map(({ level }) => level)).toEqual(["error", "error", "warning", "error"]);
  });

  it("suppresses what is known, with its reason", () => {
    expect(results.map(({ suppressions }) => suppressions?.[0]?.justification)).toEqual([
      undefined,
      undefined,
      undefined,
      "known: It is so.",
    ]);
  });

  it("has fingerprints that stay with another version and seed, and differ between findings", () => {
    const prints = (all: readonly Result[]) => all.map((one) => one.partialFingerprints);
    expect(prints(resultsOf(writeSarif(modelOf("8.0.0", "2"), facts)))).toEqual(prints(results));
    expect(new Set(prints(results).map((one) => JSON.stringify(one))).size).toBe(4);
  });
});

describe("gl-code-quality-report.json", () => {
  it("has what is not accepted, as GitLab reads it", () => {
    const issues = JSON.parse(writeCodeQuality(modelOf(), facts)) as unknown[];
    expect(issues).toEqual([
      {
        description: expect.stringMatching(/^retry-after in own, msal-node: asked again/),
        check_name: "retry-after",
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        severity: "major",
        location: { path: "packages/app/own.scenario.ts", lines: { begin: 1 } },
      },
      expect.objectContaining({ check_name: "backoff", severity: "major" }),
      expect.objectContaining({ check_name: "retry-after", severity: "minor" }),
    ]);
  });
});
