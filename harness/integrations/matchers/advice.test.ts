/** The advice of an inconclusive matcher: to call the code, or to click in the page. */
import { expect, it } from "vitest";
import { buildRun, type RunBuilder } from "../../../test/support/run-builder.ts";
import type { History } from "../../history/event.ts";
import { passAllRules, passRule } from "./by-rule.ts";
import { requested } from "./counts.ts";
import { keptWorkingFromCache } from "./kept-working.ts";

/** An outage of the token endpoint in which nothing happens. */
function quiet(run: RunBuilder): History {
  const end = run.fault({ id: "down" });
  run.after(60_000);
  end();
  return run.history();
}

const code = quiet(buildRun());
const opened = buildRun();
opened.tab("opened");
const pages = quiet(opened);

it.each([
  [
    keptWorkingFromCache,
    "click or reload before the outage",
    "call your code with operate() before the outage",
  ],
  [
    (history: History) => passRule(history, "recovery"),
    "click or reload once more",
    "call your code once more",
  ],
  [
    (history: History) => passRule(history, "retry-after"),
    "click or reload in it, let time pass, and do so again.",
    "call your code in it, let time pass, and call it again.",
  ],
  [
    passAllRules,
    "click or reload before, during and after an outage.",
    "call your code before, during and after an outage, with operate().",
  ],
  [
    (history: History) => requested(history, "token"),
    "click or reload first.",
    "call your code first, with operate().",
  ],
])("says what such a test can do (%#)", (judge, ofPages, ofCode) => {
  expect(judge(code).message).toContain(ofCode);
  expect(judge(pages).message).toContain(ofPages);
});
