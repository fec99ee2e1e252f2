/** What `report.html` shows beside the runs: where it comes from, and what earlier runs and the baseline say. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "@playwright/test";
import { judgedRun, reportOf } from "../../../test/support/report.ts";
import { runFacts } from "../../../test/support/run-facts.ts";
import { writeHtml } from "../formats/html.ts";
import { loadPageProgram } from "../formats/page-program.ts";
import { withSince } from "../model/with-since.ts";

test("shows where it comes from, since when a finding is there, and entries to look at", async ({
  page,
}) => {
  const build = "https://ci.example/builds/7";
  const since = "Since run 2 of 2026-10-02; last good in run 1 of 2026-10-01.";
  const run = judgedRun({ "retry-after": "fail" });
  const entry = {
    client: "msal-node",
    rule: "backoff",
    reason: "Known.",
    verdict: "fail",
  } as const;
  const model = reportOf([run], {
    entries: {
      baseline: [{ ...entry, scenario: "no-more", message: "xx" }],
      quarantine: [],
      withoutReason: [],
      mayExist: () => false,
      today: "2026-11-30",
    },
  });
  const html = writeHtml(
    withSince(model, ({ rule }) => (rule === "retry-after" ? since : undefined)),
    await loadPageProgram(),
    runFacts({ build, label: "v7" }),
  );
  const file = join(mkdtempSync(join(tmpdir(), "brownout-provenance-")), "report.html");
  writeFileSync(file, html);
  await page.goto(pathToFileURL(file).href);
  await expect(page.locator("#broken")).toContainText(since);
  await expect(page.locator("#entries")).toContainText("no-more");
  await expect(page.locator("#provenance")).toContainText("@azure/msal-node 7.2.1");
  await expect(page.locator("#provenance").getByRole("link", { name: build })).toBeVisible();
  await page.getByRole("link", { name: /^See the evidence/ }).click();
  await expect(page.locator("#finding-retry-after")).toContainText(since);
});
