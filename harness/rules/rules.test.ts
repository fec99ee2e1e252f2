import { describe, expect, it } from "vitest";
import { HarnessError } from "../core/errors.ts";
import type { Rule } from "./rule.ts";
import {
  judgeByEveryRule,
  judgeHistory,
  ruleById,
  rules,
  verdictOf,
  type Finding,
} from "./rules.ts";
import { buildRun } from "../../test/support/run-builder.ts";

const idle = buildRun().history();

/** A daemon that asks again half-way through Retry-After. */
function impatience(asserts: readonly string[]) {
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
  it("are twenty-seven, each with its words", () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { id, says, source, fix } of rules) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
      for (const text of [says, source, fix]) expect(text).toMatch(/^\S.{15}/);
    }
  });

  it("have nothing to say of a history in which nothing happened", () => {
    const verdicts = judgeByEveryRule(idle).map(({ rule, verdict }) => `${rule} ${verdict}`);
    expect(verdicts).toEqual(rules.map(({ id }) => `${id} inconclusive`));
  });

  it("are found by id, and by what was meant", () => {
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
  it("finds failures, with evidence and source, whether they were asserted or not", () => {
    const finding = judgeHistory(impatience([])).find(({ rule }) => rule === "retry-after");
    expect(finding).toMatchObject({
      verdict: "fail",
      evidence: [1, 2],
      source: ruleById("retry-after").source,
    });
  });

  it("finds of the asserted rules whatever they say, and of the others only failures", () => {
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

  it("asks the other rules when one throws", () => {
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

  it("refuses a journal that asserts a rule which does not exist", () => {
    expect(() => judgeHistory(impatience(["retries-after"]))).toThrow(
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

  it("is the worst of the findings", () => {
    expect(verdicts()).toBe("pass");
    expect(verdicts("pass", "pass")).toBe("pass");
    expect(verdicts("pass", "inconclusive")).toBe("inconclusive");
    expect(verdicts("inconclusive", "fail", "pass")).toBe("fail");
  });
});

describe("what rules cite", () => {
  it.each(rules.map(({ id, source }) => [id, source]))(
    "%s cites what a reader can open",
    (_, source) => {
      expect(source).not.toMatch(/SEED|seeds\/|facts\//);
      expect(source.length).toBeGreaterThan(20);
    },
  );
});
