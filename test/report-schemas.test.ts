/** The files of a run against the schemas of the tools that read them, which refuse each file once it has a fault. */
import { readFileSync } from "node:fs";
import { isIPv4, isIPv6 } from "node:net";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { validate } from "ctrf";
import { describe, expect, it } from "vitest";
import { validateXML } from "xmllint-wasm";
import { throttledDaemon } from "./support/history.ts";
import { toHar } from "../harness/history/har.ts";
import { writeCtrf } from "../harness/reporting/formats/ctrf.ts";
import { writeJunit } from "../harness/reporting/formats/junit.ts";
import { runFacts } from "./support/run-facts.ts";
import { writeSarif } from "../harness/reporting/formats/sarif.ts";
import { judgedRun, reportOf } from "./support/report.ts";

function readSchema(name: string): string {
  return readFileSync(fileURLToPath(new URL(`schemas/${name}`, import.meta.url)), "utf8");
}

/** A run of each kind: good, broken, inconclusive, known, in quarantine, not finished. */
const entry = { scenario: "known", client: "msal-node", rule: "backoff", reason: "It is so." };
const model = reportOf(
  [
    judgedRun({ "retry-after": "pass" }, { scenario: "good" }),
    judgedRun({ "retry-after": "fail", backoff: "fail" }, { scenario: "odd \u0000 <&> \"name'" }),
    judgedRun({ "retry-after": "inconclusive" }, { scenario: "unseen", file: "unseen.ts" }),
    judgedRun({ backoff: "fail" }, { scenario: "known" }),
    judgedRun({ backoff: "fail" }, { scenario: "kept" }),
  ],
  {
    baseline: [{ ...entry, verdict: "fail" }],
    quarantine: [{ ...entry, scenario: "kept" }],
    failures: [
      { scenario: "died", client: "c", mount: "direct", code: "worker-died", message: "it ended" },
    ],
  },
);

describe("junit.xml", () => {
  const errorsOf = async (xml: string): Promise<readonly string[]> => {
    const { errors } = await validateXML({
      xml: [{ fileName: "junit.xml", contents: xml }],
      schema: [readSchema("jenkins-junit.xsd")],
    });
    return errors.map(({ message }) => message);
  };
  const written = writeJunit(model, runFacts({ label: "v1", edition: "2026-01" }));
  // GitLab and CircleCI link to it; of Jenkins' readers only the xUnit plugin does not know it.
  const junit = written.replaceAll(' file="unseen.ts"', "");

  it("matches the schema of Jenkins", async () => {
    expect(junit).not.toBe(written);
    expect(await errorsOf(junit)).toEqual([]);
  });

  it.each([
    ["a time in words", /time="\d+/, 'time="a minute'],
    ["a case without a name", / name="completes"/, ""],
    ["an unknown element", /<failure/, "<flop"],
  ])("would not with %s", async (_, from, to) => {
    const odd = junit.replace(from, to);
    expect(odd).not.toBe(junit);
    expect(await errorsOf(odd)).not.toEqual([]);
  });
});

describe("ctrf.json", () => {
  const report = JSON.parse(writeCtrf(model, runFacts())) as {
    results: { tests: { status: string }[] };
  };

  it("matches the schema of CTRF", () => {
    expect(validate(report)).toMatchObject({ valid: true });
  });

  it("would not with an unknown status", () => {
    const odd = structuredClone(report);
    for (const test of odd.results.tests) test.status = "flaky";
    expect(validate(odd)).toMatchObject({ valid: false });
  });
});

describe("brownout.sarif", () => {
  // Ajv reads later drafts of JSON Schema, in which the id of a schema has another name.
  const {
    id: _id,
    $schema: _draft,
    ...schema
  } = JSON.parse(readSchema("sarif-2.1.0.json")) as {
    id: string;
    $schema: string;
  };
  const isSarif = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  const log = JSON.parse(
    writeSarif(model, runFacts({ problems: [{ code: "a", message: "b" }] })),
  ) as {
    runs: { results: Record<string, unknown>[] }[];
  };

  it("matches the schema of SARIF 2.1.0", () => {
    expect(log.runs[0]?.results.length).toBeGreaterThan(3);
    isSarif(log);
    expect(isSarif.errors).toBeNull();
  });

  it.each([
    ["a level that does not exist", "level", "fatal"],
    ["a field that does not exist", "colour", "red"],
  ])("would not with %s", (_, field, value) => {
    const odd = structuredClone(log);
    for (const result of odd.runs[0]?.results ?? []) result[field] = value;
    expect(isSarif(odd)).toBe(false);
  });
});

describe("a HAR file", () => {
  type Har = { log: { entries: { request: object; startedDateTime: string }[] } };
  const isHar = new Ajv({
    // The schema has keywords that JSON Schema does not know: optional, unique, min.
    strict: false,
    formats: {
      "date-time": (text: string) => !Number.isNaN(Date.parse(text)),
      ipv4: isIPv4,
      ipv6: isIPv6,
      uri: (text: string) => URL.canParse(text),
    },
  }).compile<Har>(JSON.parse(readSchema("har-1.2.json")) as object);
  const har = JSON.parse(toHar(throttledDaemon())) as Har;

  it("matches the schema of HAR 1.2", () => {
    expect(har.log.entries.length).toBeGreaterThan(1);
    isHar(har);
    expect(isHar.errors).toBeNull();
  });

  it.each([
    [
      "a method",
      "request",
      { url: "https://example.com/" },
      "must have required property 'method'",
    ],
    ["a valid time", "startedDateTime", "yesterday", "must match pattern"],
  ])("would not without %s", (_, field, value, message) => {
    const odd = structuredClone(har);
    for (const entry of odd.log.entries) Object.assign(entry, { [field]: value });
    expect(isHar(odd)).toBe(false);
    expect(isHar.errors?.[0]?.message).toContain(message);
  });
});
