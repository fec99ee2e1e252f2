/** Runs that tests make by hand: a script, through the direct mount, against the real msal-node. */
import { loadMsalNode } from "../../harness/clients/msal-node/msal-node.ts";
import type { HistoryEvent } from "../../harness/history/event.ts";
import { runScenario, type RunOutcome } from "../../harness/runner/run.ts";
import { defineScenario, type Scenario } from "../../harness/runner/scenario.ts";

/** What the nightly daemon asks for. */
export const daemonToken = {
  flow: "client-credentials",
  scopes: ["https://graph.microsoft.com/.default"],
} as const;
export const graph = ["https://graph.microsoft.com/User.Read"];

/** A scenario with that script and nothing broken, unless `more` says otherwise. */
export function scenario(script: Scenario["script"], more: Partial<Scenario> = {}): Scenario {
  const story = { standsFor: "a test", asserts: "a test", failureMeans: "a test", fix: "a test" };
  return defineScenario({
    name: "test",
    title: "Test",
    story,
    needs: [],
    asserts: [],
    faults: [],
    script,
    ...more,
  });
}

/** Runs a script as `scenario` has it; rejects as `runScenario` does. */
export async function run(
  script: Scenario["script"],
  more: Partial<Scenario> = {},
  seed = "1",
): Promise<RunOutcome> {
  return runScenario(scenario(script, more), {
    client: await loadMsalNode(),
    mount: "direct",
    seed,
  });
}

/** The kinds of all events, in order. */
export function kindsOf(outcome: RunOutcome): string[] {
  return outcome.history.events.map(({ kind }) => kind);
}

/** The events of one kind, in order. */
export function only<Kind extends HistoryEvent["kind"]>(outcome: RunOutcome, kind: Kind) {
  return outcome.history.events.filter(
    (event): event is Extract<HistoryEvent, { kind: Kind }> => event.kind === kind,
  );
}
