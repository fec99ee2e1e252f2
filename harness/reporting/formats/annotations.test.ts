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
  expect(annotationLines(model, "github")).toEqual([
    "::error title=Brownout%3A died was not finished::msal-node: it ended; [so]%0Aand more",
    '::error file=my/odd.ts,title=Brownout%3A retry-after in 100 %25%2C odd%3A one%2C msal-node 7.2.1::asked again after 5 s of <60 s> & "more" | retry-after',
    '::warning title=Brownout%3A retry-after in unseen%2C msal-node 7.2.1::asked again after 5 s of <60 s> & "more" | retry-after',
    "::notice title=Brownout%3A backoff in calm%2C msal-node holds now::The baseline still expects it to fail; --update-baseline takes it out.",
  ]);
});

it("marks them for Azure Pipelines", () => {
  expect(annotationLines(model, "azure")).toEqual([
    "##vso[task.logissue type=error]Brownout: died was not finished: msal-node: it ended%3B [so%5D%0Aand more",
    '##vso[task.logissue type=error;sourcepath=my/odd.ts]Brownout: retry-after in 100 %AZP25, odd: one, msal-node 7.2.1: asked again after 5 s of <60 s> & "more" | retry-after',
    '##vso[task.logissue type=warning]Brownout: retry-after in unseen, msal-node 7.2.1: asked again after 5 s of <60 s> & "more" | retry-after',
    "##[section]Brownout: backoff in calm, msal-node holds now: The baseline still expects it to fail; --update-baseline takes it out.",
  ]);
});
