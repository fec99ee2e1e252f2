/** The files of a run, by the schemas of those who read them; and, with a fault in each, refused by these. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { validate } from "ctrf";
import { har as validateHar } from "har-validator";
import { beforeAll, describe, expect, it } from "vitest";
import { validateXML } from "xmllint-wasm";
import { throttledDaemon } from "./support/history.ts";
import { toHar } from "../harness/history/har.ts";
import { writeCtrf } from "../harness/reporting/formats/ctrf.ts";
import { writeJunit } from "../harness/reporting/formats/junit.ts";
import { judgedRun, reportOf } from "./support/report.ts";

const schema = readFileSync(
  fileURLToPath(new URL("schemas/jenkins-junit.xsd", import.meta.url)),
  "utf8",
);

/** A run of each kind: good, broken, inconclusive, known, in quarantine, not finished. */
const entry = { scenario: "known", client: "msal-node", rule: "backoff", reason: "It is so." };
const model = reportOf(
  [
    judgedRun({ "retry-after": "pass" }, { scenario: "good" }),
    judgedRun({ "retry-after": "fail", backoff: "fail" }, { scenario: "odd \u0000 <&> \"name'" }),
    judgedRun({ "retry-after": "inconclusive" }, { scenario: "unseen" }),
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
      schema: [schema],
    });
    return errors.map(({ message }) => message);
  };
  const junit = writeJunit(model);

  it("is as Jenkins' schema has it", async () => {
    expect(await errorsOf(junit)).toEqual([]);
  });

  it("would not be with its parts in another order", async () => {
    const turned = junit.replace(
      /(<failure[^]*?<\/failure>)\s*(<system-out>[^]*?<\/system-out>)/,
      "$2$1",
    );
    expect(turned).not.toBe(junit);
    expect(await errorsOf(turned)).not.toEqual([]);
  });
});

describe("ctrf.json", () => {
  const report = JSON.parse(writeCtrf(model)) as {
    results: { tests: { status: string }[] };
  };

  it("is as the schema of CTRF has it", () => {
    expect(validate(report)).toMatchObject({ valid: true });
  });

  it("would not be with a status that is none", () => {
    const odd = structuredClone(report);
    for (const test of odd.results.tests) test.status = "flaky";
    expect(validate(odd)).toMatchObject({ valid: false });
  });
});

describe("a HAR file", () => {
  let har: { log: { entries: { request: object }[] } };
  beforeAll(() => {
    har = JSON.parse(toHar(throttledDaemon())) as typeof har;
  });

  it("is as the schema of HAR 1.2 has it", async () => {
    expect(har.log.entries.length).toBeGreaterThan(1);
    await expect(validateHar(har)).resolves.toBe(har);
  });

  it("would not be without a method", async () => {
    const odd = structuredClone(har);
    for (const { request } of odd.log.entries) Reflect.deleteProperty(request, "method");
    await expect(validateHar(odd)).rejects.toMatchObject({ name: "HARError" });
  });
});
