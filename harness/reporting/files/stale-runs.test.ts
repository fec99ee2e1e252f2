import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { toHar } from "../../history/har.ts";
import { writeJournal } from "../../history/journal.ts";
import { throttledDaemon } from "../../../test/support/history.ts";
import { removeEarlierRun } from "./stale-runs.ts";

const out = mkdtempSync(join(tmpdir(), "brownout-stale-"));
afterAll(() => rmSync(out, { recursive: true, force: true }));

// S8, S9
it("removes the reports and journals of earlier runs and what this one will write, and nothing else", () => {
  const [journal, har] = [writeJournal(throttledDaemon()), toHar(throttledDaemon())];
  const files = {
    "journals/earlier--msal-node.jsonl": journal,
    "journals/planned--msal-node.jsonl": journal,
    "journals/next.jsonl": journal.replace("journal/1", "journal/2"),
    "journals/mine.jsonl": '{"schema":"mine"}\n',
    "journals/empty.jsonl": "",
    "journals/notes.txt": journal,
    "journals/mine-planned.jsonl": '{"schema":"mine"}\n',
    "har/earlier--msal-node.har": har,
    "har/planned--msal-node.har": har,
    "har/browser.har": har.replace(
      '"creator":{"name":"brownout"',
      '"creator":{"name":"WebInspector"',
    ),
    "har/mentions.har": `{"log":{"version":"1.2","creator":{"name":"x"},"comment":"brownout"}}`,
    "earlier.jsonl": journal,
    "results.json": "{}",
    "report.html": "",
    "junit.xml": "",
    "ctrf.json": "{}",
    "summary.md": "",
    "news.json": "{}",
    "news.md": "",
    "news.txt": "",
    "notes.md": "",
  };
  mkdirSync(join(out, "journals", "folder.jsonl"), { recursive: true });
  mkdirSync(join(out, "har"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), text);
  symlinkSync(join(out, "earlier.jsonl"), join(out, "journals", "link.jsonl"));

  removeEarlierRun(out, ["planned--msal-node", "mine-planned"]);

  const gone = [
    ...["earlier--msal-node", "planned--msal-node"].flatMap((name) => [
      `journals/${name}.jsonl`,
      `har/${name}.har`,
    ]),
    "journals/mine-planned.jsonl",
    "results.json",
    "report.html",
    "junit.xml",
    "ctrf.json",
    "summary.md",
    "news.json",
    "news.md",
    "news.txt",
  ];
  const kept = Object.keys(files).filter((name) => !gone.includes(name));
  const left = readdirSync(out, { recursive: true, encoding: "utf8" });
  expect(left.toSorted()).toEqual(
    [...kept, "journals", "har", "journals/folder.jsonl", "journals/link.jsonl"].toSorted(),
  );
});
