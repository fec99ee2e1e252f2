import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HarnessError } from "../core/errors.ts";
import type { Rule } from "./rule.ts";
import {
  isRepeated,
  judgeByEveryRule,
  judgeHistory,
  provesSomething,
  ruleById,
  rules,
  verdictOf,
  type Finding,
} from "./rules.ts";
import { buildRun } from "../../test/support/run-builder.ts";

const idle = buildRun().history();

/** A daemon that sends another request half-way through Retry-After. */
function earlyRetry(asserts: readonly string[]) {
  const run = buildRun({ asserts });
  run.exchange({ status: 429, retryAfter: 60 });
  run.at("00:00:30");
  run.exchange();
  return run.history();
}

function saying(id: string, verdict: Finding["verdict"]): Rule {
  const judge = () => ({ verdict, message: id, evidence: [] });
  return { ...ruleById("retry-after"), id, judge };
}

describe("the rules", () => {
  it("have unique ids in kebab-case, and each a statement, a source and a fix", () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { id, says, source, fix } of rules) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
      for (const text of [says, source, fix]) expect(text).toMatch(/^\S.{15}/);
    }
  });

  it("are the files of their folder, named by their ids", () => {
    const files = readdirSync(import.meta.dirname).filter((name) => /^[a-z-]+\.ts$/.test(name));
    const named = files.map((name) => name.replace(".ts", ""));
    const aboutAll = ["rule", "rules", "failure-kinds", "on-upstream"];
    expect(named.filter((name) => !aboutAll.includes(name)).sort()).toEqual(
      rules.map(({ id }) => id).sort(),
    );
  });

  it("are all inconclusive for an empty history", () => {
    const verdicts = judgeByEveryRule(idle).map(({ rule, verdict }) => `${rule} ${verdict}`);
    expect(verdicts).toEqual(rules.map(({ id }) => `${id} inconclusive`));
  });

  it("are found by id, and suggest the nearest id for a typing mistake", () => {
    expect(ruleById("backoff").id).toBe("backoff");
    const unknown = (): Rule => ruleById("retry-afer");
    expect(unknown).toThrow(HarnessError);
    expect(unknown).toThrow(
      expect.objectContaining({
        code: "unknown-rule",
        place: "retry-afer",
        hint: expect.stringContaining("retry-after"),
      }),
    );
  });
});

describe("judgeHistory", () => {
  it("returns failures with evidence and source, asserted or not", () => {
    const finding = judgeHistory(earlyRetry([])).find(({ rule }) => rule === "retry-after");
    expect(finding).toMatchObject({
      verdict: "fail",
      evidence: [1, 2],
      source: ruleById("retry-after").source,
    });
  });

  it("returns every verdict of asserted rules, and only failures of the others", () => {
    const judges = [
      saying("a", "pass"),
      saying("b", "inconclusive"),
      saying("c", "pass"),
      saying("d", "inconclusive"),
      saying("e", "fail"),
    ];
    const history = buildRun({ asserts: ["a", "b"] }).history();
    const found = judgeHistory(history, judges).map(({ rule, verdict }) => [rule, verdict]);
    expect(found).toEqual([
      ["a", "pass"],
      ["b", "inconclusive"],
      ["e", "fail"],
    ]);
  });

  it("runs the other rules when one throws", () => {
    const broken: Rule = {
      ...saying("broken", "pass"),
      judge: () => {
        throw new Error("no such event");
      },
    };
    const found = judgeByEveryRule(idle, [broken, saying("e", "fail")]);
    expect(found.map(({ verdict, message }) => [verdict, message])).toEqual([
      ["inconclusive", "the rule threw an error: no such event"],
      ["fail", "e"],
    ]);
  });

  it("rejects a journal that asserts an unknown rule", () => {
    expect(() => judgeHistory(earlyRetry(["retries-after"]))).toThrow(
      expect.objectContaining({ code: "unknown-rule" }),
    );
  });
});

describe("verdictOf", () => {
  const verdicts = (...all: Finding["verdict"][]): Finding["verdict"] =>
    verdictOf(
      judgeByEveryRule(
        idle,
        all.map((verdict, index) => saying(`${index}`, verdict)),
      ),
    );

  it("is the worst verdict of the findings", () => {
    expect(verdicts()).toBe("pass");
    expect(verdicts("pass", "pass")).toBe("pass");
    expect(verdicts("pass", "inconclusive")).toBe("inconclusive");
    expect(verdicts("inconclusive", "fail", "pass")).toBe("fail");
  });
});

describe("a finding", () => {
  const finding = (rule: string, verdict: Finding["verdict"], ...repeats: string[]): Finding => ({
    rule,
    verdict,
    message: "",
    evidence: [],
    source: "",
    ...(repeats.length === 0 ? {} : { repeats }),
  });

  it("is repeated by another rule that judges the same behaviour, if that fails as well", () => {
    const storm = finding("retry-storm", "fail", "backoff", "retry-after");
    const passing = finding("screen", "pass");
    expect(isRepeated(storm, [passing, storm, finding("backoff", "fail")])).toBe(true);
    expect(isRepeated(storm, [storm, finding("backoff", "pass")])).toBe(false);
    expect(isRepeated(storm, [storm, finding("tabs", "fail")])).toBe(false);
    expect(isRepeated(finding("tabs", "fail"), [finding("backoff", "fail")])).toBe(false);
  });

  it("that passes says something about the client, unless its rule is a precondition", () => {
    expect(provesSomething("backoff")).toBe(true);
    expect(provesSomething("fault-met")).toBe(false);
  });
});

describe("the sources of rules", () => {
  it.each(rules.map(({ id, source }) => [id, source]))(
    "%s cites what a reader can open",
    (_, source) => {
      expect(source).not.toMatch(/SEED|seeds\/|facts\//);
      expect(source.length).toBeGreaterThan(20);
    },
  );
});
