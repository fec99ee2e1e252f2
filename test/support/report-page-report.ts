/** What the specs of the page share: real runs' output, made once by the command line, and how a page is watched. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Locator, Page } from "@playwright/test";
import type { History } from "../../harness/history/event.ts";
import { parseJournal } from "../../harness/history/journal.ts";
import type { Results } from "../../harness/reporting/model/results.ts";

export interface MadeReport {
  /** The address of `report.html`. */
  readonly url: string;
  readonly results: Results;
  /** By the name of the journal, which is the run's id in the report. */
  readonly histories: ReadonlyMap<string, History>;
}

/** Runs what the arguments of `brownout run` say, with a baseline that knows nothing: every finding is new. */
export function makeReport(...args: readonly string[]): MadeReport {
  const out = mkdtempSync(join(tmpdir(), "brownout-report-"));
  const baseline = join(out, "baseline.json");
  writeFileSync(baseline, "[]\n");
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      join(root, "bin", "brownout.js"),
      "run",
      ...args,
      "--out",
      out,
      "--baseline",
      baseline,
      "--archive",
      "none",
    ],
    { cwd: root, encoding: "utf8" },
  );
  if (status !== 0 && status !== 1) throw new Error(`brownout run ended with ${status}: ${stderr}`);
  const journals = readdirSync(join(out, "journals"));
  return {
    url: pathToFileURL(join(out, "report.html")).href,
    results: JSON.parse(readFileSync(join(out, "results.json"), "utf8")) as Results,
    histories: new Map(
      journals.map((file) => [
        file.replace(/\.jsonl$/, ""),
        parseJournal(readFileSync(join(out, "journals", file), "utf8"), file),
      ]),
    ),
  };
}

/** The runs that both specs look at. */
export const daemons = {
  scenarios: ["token-throttled", "token-throttled-text", "outage-12h-daemon-past-refresh-in"],
  text: "token-throttled-text--msal-node",
} as const;

/** A run in a real browser. */
export const restart = {
  scenarios: ["browser-restart-in-outage"],
  id: "browser-restart-in-outage--msal-browser",
} as const;

export const frameOf = (page: Page): Locator =>
  page.getByRole("application", { name: /^Timeline of/ });

/** What goes wrong in a page from now on: errors, warnings, and every request that is not for the file. */
export function watch(page: Page): readonly string[] {
  const wrong: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("request", (request) => {
    if (!/^(?:file|data|about):/.test(request.url())) wrong.push(`asks ${request.url()}`);
  });
  page.on("dialog", (dialog) => {
    wrong.push(`says ${dialog.message()}`);
    void dialog.dismiss();
  });
  return wrong;
}
