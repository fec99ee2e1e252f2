import { expect, it } from "vitest";
import { annotationLines } from "./annotations.ts";
import { judgedRun, reportOf } from "../../../test/support/report.ts";

const known = { scenario: "calm", client: "msal-node", rule: "backoff", reason: "It was so." };
const model = reportOf(
  [
    judgedRun({ "retry-after": "pass", backoff: "pass" }, { scenario: "calm" }),
    judgedRun({ "retry-after": "fail" }, { scenario: "100 %, odd: one", file: "my/odd.ts" }),
    judgedRun({ "retry-after": "inconclusive" }, { scenario: "unseen" }),
    judgedRun({ backoff: "fail" }, { scenario: "kept" }),
    judgedRun({ backoff: "fail" }, { scenario: "usual" }),
  ],
  {
    baseline: [
      { ...known, verdict: "fail" },
      { ...known, scenario: "usual", verdict: "fail" },
    ],
    quarantine: [{ ...known, scenario: "kept" }],
    failures: [
      {
        scenario: "died",
        client: "msal-node",
        mount: "direct",
        code: "worker-died",
        message: "it ended; [so]\nand more",
      },
    ],
  },
);
it("marks for GitHub what is unexpected, with its file, and what is fixed", () => {
  expect(annotationLines(model, "github", {})).toEqual([
    "::error title=Brownout%3A died was not finished::msal-node: it ended; [so]%0Aand more",
    '::error file=my/odd.ts,title=Brownout%3A retry-after in 100 %25%2C odd%3A one%2C msal-node 7.2.1::asked again after 5 s of <60 s> & "more" | retry-after',
    '::warning title=Brownout%3A retry-after in unseen%2C msal-node 7.2.1::asked again after 5 s of <60 s> & "more" | retry-after',
    "::notice title=Brownout%3A backoff in calm%2C msal-node holds now::The baseline still expects it to fail; --update-baseline takes it out.",
  ]);
});

it("marks them for Azure Pipelines", () => {
  expect(annotationLines(model, "azure", {})).toEqual([
    "##vso[task.logissue type=error]Brownout: died was not finished: msal-node: it ended%3B [so%5D%0Aand more",
    '##vso[task.logissue type=error;sourcepath=my/odd.ts]Brownout: retry-after in 100 %AZP25, odd: one, msal-node 7.2.1: asked again after 5 s of <60 s> & "more" | retry-after',
    '##vso[task.logissue type=warning]Brownout: retry-after in unseen, msal-node 7.2.1: asked again after 5 s of <60 s> & "more" | retry-after',
    "##[section]Brownout: backoff in calm, msal-node holds now: The baseline still expects it to fail; --update-baseline takes it out.",
  ]);
});

it("names files from the root of the repository", () => {
  const [, error = ""] = annotationLines(model, "github", { folder: "packages/app" });
  expect(error).toMatch(/^::error file=packages\/app\/my\/odd\.ts,/);
});

it("has one mark for a rule that fails in several scenarios of a client", () => {
  const runs = ["a", "b", "c"].map((scenario) => judgedRun({ backoff: "fail" }, { scenario }));
  expect(annotationLines(reportOf(runs), "github", {})).toEqual([
    expect.stringMatching(
      /^::error title=Brownout%3A backoff in a and 2 more scenarios%2C msal-node 7\.2\.1::.* Also in b, c\.$/,
    ),
  ]);
});

it("has at most ten marks of a level, those about most scenarios first", () => {
  const rules = Array.from({ length: 40 }, (_, index) => `rule-${index}`);
  const failing = Object.fromEntries(rules.map((rule) => [rule, "fail" as const]));
  const unseen = Object.fromEntries(rules.map((rule) => [rule, "inconclusive" as const]));
  const many = reportOf([
    judgedRun(failing, { scenario: "a" }),
    judgedRun({ "rule-39": "fail" }, { scenario: "b" }),
    judgedRun(unseen, { scenario: "c", asserts: rules }),
  ]);
  const lines = annotationLines(many, "github", {});
  const errors = lines.filter((line) => line.startsWith("::error"));
  expect(errors).toHaveLength(10);
  expect(errors[0]).toContain("rule-39 in a and 1 more scenario");
  expect(errors[9]).toContain("title=Brownout%3A 31 more::rule-8 in a");
  expect(lines.filter((line) => line.startsWith("::warning"))).toHaveLength(10);
});
