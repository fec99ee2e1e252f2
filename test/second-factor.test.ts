/** The outage of the second factor, person by person and app by app. */
import { expect, it } from "vitest";
import { contoso } from "../fixtures/worlds/contoso.ts";
import { loadMsalNode } from "../harness/clients/msal-node/msal-node.ts";
import { hours } from "../harness/core/time/duration.ts";
import type { OperationInvoked } from "../harness/history/event.ts";
import { runScenario } from "../harness/runner/run.ts";
import { secondFactorDownForHours, stepUpWhileDown } from "../scenarios/second-factor.ts";

const people = new Map(
  contoso.tenants.flatMap(({ users }) => users.map(({ id, upn }) => [id, upn.split("@")[0] ?? ""])),
);
const apps = new Map(
  contoso.tenants.flatMap((tenant) => tenant.apps.map(({ clientId, name }) => [clientId, name])),
);

async function played(scenario: typeof secondFactorDownForHours) {
  const client = await loadMsalNode();
  const { history } = await runScenario(scenario, { client, mount: "direct", seed: "1" });
  return history;
}

it("locks people out who have no second factor yet, of every app, until it is over", async () => {
  const { events, header } = await played(secondFactorDownForHours);
  const calls = events.filter(
    (event): event is OperationInvoked => event.kind === "operation-invoked",
  );
  const outcomes = new Map<string, Set<string>>();
  for (const { operation, app, user = "", at } of calls) {
    const end = events.find(
      (event) => event.kind === "operation-completed" && event.operation === operation,
    );
    const elapsed = at - header.startedAt;
    const when = elapsed < hours(1) ? "before" : elapsed < hours(5) ? "in it" : "after";
    const key = `${people.get(user.split(".")[0] ?? "") ?? ""} · ${apps.get(app) ?? ""} · ${when}`;
    const outcome = end?.kind === "operation-completed" ? end.outcome : "none";
    outcomes.set(key, (outcomes.get(key) ?? new Set()).add(outcome));
  }
  const table = [...outcomes].map(([key, all]) => `${key}: ${[...all].join(" and ")}`);
  expect(table.toSorted()).toEqual([
    "adele · desk-app · in it: ok",
    "adele · portal · after: ok",
    "adele · portal · before: ok",
    "adele · portal · in it: ok",
    "alex · desk-app · after: ok",
    "alex · desk-app · in it: fail",
    "alex · portal · after: ok",
    "alex · portal · in it: fail",
    "megan · desk-app · after: ok",
    "megan · desk-app · before: ok",
    "megan · desk-app · in it: ok",
  ]);
});

it("fails the step-up of a session, and leaves the session alone", async () => {
  const { events } = await played(stepUpWhileDown);
  const notes = events.flatMap((event) => (event.kind === "noted" ? [event.text] : []));
  expect(notes).toEqual([
    "orders answered 401",
    "orders answered 401",
    "orders answered 200",
    "orders answered 200",
  ]);
});
