/** Both SAML flows with the real node-saml, before and in an outage: served exactly when the text protects them. */
import { describe, expect, it } from "vitest";
import { loadNodeSaml, nodeSamlFlows } from "../../clients/saml/node-saml.ts";
import { hours, minutes } from "../../core/time/duration.ts";
import type { FaultWindow } from "../../faults/plan.ts";
import { only, scenario } from "../../../test/support/run.ts";
import { runScenario } from "../../runner/run.ts";
import { editionOf, type EditionId, editionIds } from "./edition.ts";

const down: FaultWindow = {
  id: "primary-down",
  at: "primary",
  on: ["saml", "authorize"],
  from: minutes(20),
  for: hours(2),
  effect: { kind: "server-error", status: 503, body: { form: "html", title: "Unavailable" } },
};

/** How the sign-in went before the outage and in it, and who answered. */
async function inOutage(flow: (typeof nodeSamlFlows)[number], edition: EditionId | "off") {
  const test = scenario(
    async ({ open, world, clock }) => {
      const user = world.user("megan");
      const expenses = await open({ app: "expenses" });
      await expenses.acquire({ flow, scopes: [], user });
      await clock.until(minutes(30));
      await expenses.attempt({ flow, scopes: [], user });
    },
    { settings: { backup: edition }, faults: [down] },
  );
  const options = { client: await loadNodeSaml(), mount: "direct", seed: "1" } as const;
  const outcome = await runScenario(test, options);
  const last = only(outcome, "exchange-ended").at(-1);
  return {
    ends: only(outcome, "operation-completed").map((event) => event.outcome),
    by: last?.servedBy,
    expiresAt: last?.issued?.token?.expiresAt,
    user: last?.issued?.user,
  };
}

const unserved = { ends: ["ok", "fail"], by: "primary", expiresAt: undefined, user: undefined };

describe.each(nodeSamlFlows)("%s", (flow) => {
  it.each(editionIds)("is treated as the text of %s says", async (edition) => {
    const isProtected = editionOf(edition).flows[flow].status === "protected";
    expect(isProtected).toBe(flow === "saml-idp-initiated");
    expect(await inOutage(flow, edition)).toEqual(
      isProtected
        ? {
            ends: ["ok", "ok"],
            by: "backup",
            // 30 minutes into the run, and 65 minutes more.
            expiresAt: Date.UTC(2026, 2, 2, 9, 30),
            user: "55555555-eeee-4eee-8eee-000000000002.11111111-aaaa-4aaa-8aaa-000000000001",
          }
        : unserved,
    );
  });

  it("gets the primary's own failure without a backup", async () => {
    expect(await inOutage(flow, "off")).toEqual(unserved);
  });
});
