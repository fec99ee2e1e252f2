import { expect, it } from "vitest";
import { annotationLines } from "./annotations.ts";
import { createExplain } from "../explain.ts";
import { buildResults } from "../model/results.ts";
import { judgedRun } from "../../../test/support/report.ts";

const known = { scenario: "calm", client: "msal-node", rule: "backoff", reason: "It was so." };
const results = buildResults(
  [
    judgedRun({ "retry-after": "pass", backoff: "pass" }, { scenario: "calm" }),
    judgedRun({ "retry-after": "fail" }, { scenario: "100 %, odd: one", file: "my/odd.ts" }),
    judgedRun({ "retry-after": "inconclusive" }, { scenario: "open" }),
    judgedRun({ backoff: "fail" }, { scenario: "kept" }),
    judgedRun({ backoff: "fail" }, { scenario: "usual" }),
  ],
  [
    { ...known, verdict: "fail" },
    { ...known, scenario: "usual", verdict: "fail" },
  ],
  {
    seed: "1",
    brownout: "0.1.0",
    quarantine: [{ ...known, scenario: "kept" }],
    failures: [
      {
        scenario: "ill",
        client: "msal-node",
        mount: "direct",
        code: "worker-died",
        message: "it ended; [so]\nand more",
      },
    ],
  },
);
const contexts = new Map(
  results.runs.map((run) => [
    run,
    {
      history: judgedRun({}, run.scenario === "open" ? {} : { file: "my/odd.ts" }).history,
    },
  ]),
);
const explain = createExplain({ contexts, rules: [], baseline: [] });

it("marks for GitHub what nobody expects, with its file, and what is fixed", () => {
  expect(annotationLines(results, explain, "github")).toEqual([
    "::error title=Brownout%3A ill was not finished::msal-node: it ended; [so]%0Aand more",
    '::error file=my/odd.ts,title=Brownout%3A retry-after in 100 %25%2C odd%3A one%2C msal-node 7.2.1::asked again after 5 s of <60 s> & "more" | retry-after',
    '::warning title=Brownout%3A retry-after in open%2C msal-node 7.2.1::asked again after 5 s of <60 s> & "more" | retry-after',
    "::notice title=Brownout%3A backoff in calm%2C msal-node holds now::The baseline still expects it to fail; --update-baseline takes it out.",
  ]);
});

it("marks them for Azure Pipelines", () => {
  expect(annotationLines(results, explain, "azure")).toEqual([
    "##vso[task.logissue type=error]Brownout: ill was not finished: msal-node: it ended%3B [so%5D%0Aand more",
    '##vso[task.logissue type=error;sourcepath=my/odd.ts]Brownout: retry-after in 100 %AZP25, odd: one, msal-node 7.2.1: asked again after 5 s of <60 s> & "more" | retry-after',
    '##vso[task.logissue type=warning]Brownout: retry-after in open, msal-node 7.2.1: asked again after 5 s of <60 s> & "more" | retry-after',
    "##[section]Brownout: backoff in calm, msal-node holds now: The baseline still expects it to fail; --update-baseline takes it out.",
  ]);
});
