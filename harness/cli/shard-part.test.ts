import { describe, expect, it } from "vitest";
import { HarnessError } from "../core/errors.ts";
import { readPart, takePart } from "./shard-part.ts";

const refusalOf = (environment: Readonly<Record<string, string>>, shard = "auto") => {
  try {
    return readPart(shard, environment);
  } catch (error) {
    return error instanceof HarnessError ? `${error.message} ${error.hint}` : error;
  }
};

describe("a part that is named", () => {
  it("is i/n", () => {
    expect(readPart("2/4", {})).toEqual({ part: 2, of: 4 });
    expect(takePart(["a", "b", "c", "d", "e"], { part: 2, of: 2 })).toEqual(["b", "d"]);
  });

  it.each(["0/2", "3/2", "1", "a/b", "01/2", "1/0", "Auto"])("is not %s", (shard) => {
    expect(refusalOf({}, shard)).toMatch(/--shard is .* Write i\/n/);
  });
});

describe("--shard auto", () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ["our own variable", { BROWNOUT_SHARD: "2/3" }, "2/3"],
    ["GitLab, from 1", { CI_NODE_INDEX: "3", CI_NODE_TOTAL: "3" }, "3/3"],
    ["CircleCI, from 0", { CIRCLE_NODE_INDEX: "0", CIRCLE_NODE_TOTAL: "4" }, "1/4"],
    [
      "Azure Pipelines, from 1",
      { SYSTEM_JOBPOSITIONINPHASE: "1", SYSTEM_TOTALJOBSINPHASE: "2" },
      "1/2",
    ],
    [
      "Buildkite, from 0",
      { BUILDKITE_PARALLEL_JOB: "1", BUILDKITE_PARALLEL_JOB_COUNT: "2" },
      "2/2",
    ],
    ["Kubernetes, from 0", { JOB_COMPLETION_INDEX: "2", BROWNOUT_SHARDS: "5" }, "3/5"],
    [
      "our own variable first",
      { BROWNOUT_SHARD: "1/2", CI_NODE_INDEX: "3", CI_NODE_TOTAL: "3" },
      "1/2",
    ],
    [
      "not a variable that is empty",
      { BROWNOUT_SHARD: "", CI_NODE_INDEX: "1", CI_NODE_TOTAL: "1" },
      "1/1",
    ],
  ])("reads %s", (_, environment, expected) => {
    const { part, of } = readPart("auto", environment);
    expect(`${part}/${of}`).toBe(expected);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ["nothing", {}, /nothing says which part this is Set BROWNOUT_SHARD to i\/n/],
    [
      "a job that is not parallel",
      { CI_NODE_TOTAL: "1" },
      /a job that is not parallel has no part/,
    ],
    [
      "no total",
      { JOB_COMPLETION_INDEX: "0" },
      /BROWNOUT_SHARDS nothing .* the manifest has to set/,
    ],
    [
      "a number outside",
      { CI_NODE_INDEX: "4", CI_NODE_TOTAL: "3" },
      /GitLab says CI_NODE_INDEX "4" and CI_NODE_TOTAL "3" Expected CI_NODE_INDEX from 1 on/,
    ],
    [
      "no number",
      { CIRCLE_NODE_INDEX: "x", CIRCLE_NODE_TOTAL: "3" },
      /CircleCI says CIRCLE_NODE_INDEX "x"/,
    ],
    ["a part that is none", { BROWNOUT_SHARD: "4/3" }, /BROWNOUT_SHARD is "4\/3"/],
  ])("refuses %s in one message", (_, environment, message) => {
    expect(refusalOf(environment)).toMatch(message);
  });
});
