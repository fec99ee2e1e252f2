/** Promises that nothing awaits, under Entra: Vitest fails the run, but not for one that the app handles itself. */
import { expect, test } from "vitest";
import { useEntra } from "../../harness/integrations/vitest.ts";
import { judgeByEveryRule } from "../../harness/rules/rules.ts";

const entra = useEntra({ app: { name: "shop" } });

const loses = (text: string) => (): Promise<void> => {
  void Promise.reject(new Error(text));
  return new Promise((resolve) => void setTimeout(resolve, 10));
};

const verdictOf = (rule: string) =>
  judgeByEveryRule(entra.history()).find((finding) => finding.rule === rule)?.verdict;

test("before an outage", async () => {
  await entra.operate("load", loses("lost before"));
  expect(verdictOf("uncaught-error")).not.toBe("fail");
});

test("in an outage", async () => {
  entra.outage({ for: "1h" });
  await entra.operate("ask", () =>
    fetch("https://login.microsoftonline.com/common/discovery/keys"),
  );
  await entra.operate("load", loses("lost in it"));
  expect(verdictOf("uncaught-error")).toBe("fail");
});

test("that the app hears of", async () => {
  const heard: unknown[] = [];
  const hear = (reason: unknown): void => void heard.push(reason);
  process.on("unhandledRejection", hear);
  entra.outage({ for: "1h" });
  await entra.operate("ask", () =>
    fetch("https://login.microsoftonline.com/common/discovery/keys"),
  );
  await entra.operate("load", loses("heard of"));
  process.off("unhandledRejection", hear);
  expect(heard).toHaveLength(1);
  expect(verdictOf("uncaught-error")).not.toBe("fail");
});
