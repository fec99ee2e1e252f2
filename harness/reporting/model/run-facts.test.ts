/** The facts of a session as run.json holds them. */
import { describe, expect, it } from "vitest";
import { runFacts } from "../../../test/support/run-facts.ts";
import { parseRunFacts, sortedPackages, writeRunFacts } from "./run-facts.ts";

describe("run.json", () => {
  it("is read back as it was written", () => {
    expect(parseRunFacts(writeRunFacts(runFacts()), "run.json")).toEqual(runFacts());
  });

  it("is read without the fields of a later version", () => {
    const later = JSON.stringify({ ...runFacts(), temperature: 20 });

    expect(parseRunFacts(later, "run.json")).toEqual(runFacts());
  });

  it.each([
    ["another schema", { schema: "brownout/run/2" }, /run\.schema/],
    ["a job without a name", { job: " " }, /run\.job/],
    ["a time in words", { startedAt: "yesterday" }, /run\.startedAt/],
    ["an outcome that does not exist", { outcome: "ok" }, /run\.outcome/],
  ])("is refused with %s", (_, change, message) => {
    const text = JSON.stringify({ ...runFacts(), ...change });

    expect(() => parseRunFacts(text, "run.json")).toThrow(message);
  });
});

it("lists packages once, in the order of their names", () => {
  const node = { name: "@azure/msal-node", version: "7.2.1" };
  const common = { name: "@azure/msal-common", version: "17.0.0" };

  expect(sortedPackages([node, common, { ...node }])).toEqual([common, node]);
});
