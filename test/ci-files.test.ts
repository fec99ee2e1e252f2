/** Files that the templates hand to their service are files that Brownout writes. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { REPORT_FILES } from "../harness/reporting/files/write-reports.ts";
import { extraFormats } from "../harness/reporting/formats/extra-formats.ts";
import { read, root } from "./ci-steps.ts";

const templates = readdirSync(join(root, "ci"), { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.(?:yml|sh)$|Jenkinsfile$/.test(name),
);

/** Of an output folder, with what has to be asked for. */
function unknownFiles(template: string): readonly string[] {
  const unasked = Object.entries(extraFormats).flatMap(([name, { file }]) =>
    new RegExp(`--format [\\w,]*${name}`).test(template) ? [] : file,
  );
  const written = [...REPORT_FILES, "news.txt", "news.md", "news.json"].filter(
    (name) => !unasked.includes(name as (typeof unasked)[number]),
  );
  return [...template.matchAll(/reports\/out\/([\w.-]+\.\w+)/g)]
    .map(([, name = ""]) => name)
    .filter((name) => !written.includes(name));
}

it.each(templates)("%s", (name) => {
  expect(unknownFiles(read(name))).toEqual([]);
});

it("a file that was renamed, or that is not asked for, is found", () => {
  expect(unknownFiles(read("gitlab/brownout.yml").replace("junit.xml", "tests.xml"))).toEqual([
    "tests.xml",
  ]);
  const unasked = read("gitlab/brownout.yml").replace("--format code-quality", "");
  expect(unknownFiles(unasked)).toEqual(["gl-code-quality-report.json"]);
});
