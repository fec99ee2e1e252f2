/** Matchers that apply the rules which also judge scenarios. */
import { judgeByEveryRule, provesSomething, ruleById } from "../../rules/rules.ts";
import type { Judgement, Rule } from "../../rules/rule.ts";
import type { History } from "../../history/event.ts";
import { isFailedByService } from "../../rules/model/exchange-outcomes.ts";
import { exchangesOf } from "../../rules/model/exchanges.ts";
import { callsNotSeen, hasOnlyRequests, rulesOfRequests } from "./requests-only.ts";
import { type TestAction, actionFor, type MatcherVerdict, messageFrom } from "./verdict.ts";

/** The verdict of one rule. Throws `unknown-rule`. */
export function passRule(history: History, id: string): MatcherVerdict {
  const rule = ruleById(id);
  if (hasOnlyRequests(history) && !(rulesOfRequests as readonly string[]).includes(rule.id))
    return callsNotSeen();
  const findings = judgeByEveryRule({ ...history, header: { ...history.header, asserts: [] } }, [
    rule,
  ]);
  const judgement = findings[0] ?? rule.judge(history);
  return { verdict: judgement.verdict, message: messageOf(history, rule, judgement), findings };
}

/** Passes when something went wrong, no rule fails, and at least one has come to a conclusion. Throws `unknown-rule` for an exception that is not a rule. */
export function passAllRules(
  history: History,
  { except = [] }: { readonly except?: readonly string[] } = {},
): MatcherVerdict {
  const excused = new Set(except.map((id) => ruleById(id).id));
  if (hasOnlyRequests(history)) return callsNotSeen();
  const findings = judgeByEveryRule(history).filter(({ rule }) => !excused.has(rule));
  const failed = findings.filter(({ verdict }) => verdict === "fail");
  if (failed.length > 0) {
    const message = failed.map((finding) => messageOf(history, ruleById(finding.rule), finding));
    return { verdict: "fail", message: message.join("\n\n"), findings: failed };
  }
  if (!hasTrouble(history)) {
    return {
      verdict: "inconclusive",
      message: messageFrom(history, {
        says: "nothing went wrong, so no rule has anything to prove: there was no outage, and the world did not change",
        more: [`In the test: begin an outage with outage() and ${actionFor(history).call} in it.`],
      }),
    };
  }
  const unmet = findings.filter(
    ({ rule, verdict }) =>
      verdict === "inconclusive" && ruleById(rule).precondition?.(history) === true,
  );
  if (unmet.length > 0) {
    const message = unmet.map((finding) => messageOf(history, ruleById(finding.rule), finding));
    return { verdict: "inconclusive", message: message.join("\n\n"), findings: unmet };
  }
  const passed = findings.filter(
    ({ rule, verdict }) => verdict === "pass" && provesSomething(rule),
  );
  if (passed.length > 0) {
    const lines = passed.map(({ rule, message }) => `${rule}: ${message}`);
    const message = `no rule fails, and these hold:\n${lines.join("\n")}`;
    return { verdict: "pass", message, findings: passed };
  }
  return {
    verdict: "inconclusive",
    message: messageFrom(history, {
      says: "no rule has found anything to judge",
      more: [
        `In the test: ${actionFor(history).call} before, during and after an outage${actionFor(history).by}.`,
      ],
    }),
  };
}

/** Whether a fault was planned, the world changed (keys, sessions, policies, secrets), or the service failed by the suite's own mocks. */
function hasTrouble(history: History): boolean {
  const { header, events } = history;
  return (
    (header.unmetFaults ?? []).length > 0 ||
    events.some(({ kind }) => kind === "fault-began" || kind === "world-changed") ||
    exchangesOf(history).some(isFailedByService)
  );
}

function messageOf(history: History, rule: Rule, judgement: Judgement): string {
  const { verdict, message, evidence } = judgement;
  switch (verdict) {
    case "pass":
      return messageFrom(history, { says: `${rule.id}: ${message}`, evidence });
    case "fail":
      return messageFrom(history, {
        says: `${rule.id}: ${message}`,
        evidence,
        more: [`Rule: ${rule.says}`, `To fix: ${rule.fix}`, `Source: ${rule.source}`],
      });
    case "inconclusive":
      return messageFrom(history, {
        says: `${rule.id} has nothing to judge: ${message}`,
        more: [`Rule: ${rule.says}`, `In the test: ${adviceFor(rule.id, history)}`],
      });
  }
}

/** What a test must do before a rule can judge; of other rules, their own text says it. */
const advice: Readonly<Record<string, (how: TestAction) => string>> = {
  "retry-after": ({ call, again }) =>
    `let the service throttle, outage("throttled", { for: "10m" }), ${call} in it, let time pass, and ${again}.`,
  backoff: ({ call }) =>
    `let the token endpoint fail, outage("token-server-error", { for: "30m" }), and ${call} in it where the code tries again.`,
  recovery: ({ call }) =>
    `${call} once more after the outage is over: after clear(), or past its end.`,
  "fault-met": ({ call }) =>
    `${call} while the fault is active and the application needs what it breaks; or leave the fault out.`,
  "retry-storm": ({ call }) => `${call} while the token endpoint fails.`,
};

function adviceFor(rule: string, history: History): string {
  const words = advice[rule];
  return words === undefined
    ? "make happen what the rule is about; until then this expectation proves nothing."
    : words(actionFor(history));
}
