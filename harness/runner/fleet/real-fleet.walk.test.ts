/**
 * The model of a client beside the client: 100 real ones and 100 modelled ones in the same random
 * outages send the same requests in each minute. `BROWNOUT_FLEET_PLANS=1000` plays more plans, and
 * `BROWNOUT_FLEET_FROM=400` goes on where a run was stopped.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Behaviour } from "../../clients/behaviour/behaviour.ts";
import type { ClientUnderTest } from "../../clients/client.ts";
import { loadClient } from "../../clients/registry.ts";
import {
  differenceOf,
  modelledRequests,
  randomFleetPlan,
  realRequests,
} from "../../../test/support/real-fleet.ts";
import { type FleetFlow, learnBehaviour } from "./learn-behaviour.ts";

const first = Number(process.env["BROWNOUT_FLEET_FROM"] ?? "0");
const plans = Number(process.env["BROWNOUT_FLEET_PLANS"] ?? "30");
const seeds = Array.from({ length: plans - first }, (_, index) => String(first + index));

describe.each(["client-credentials", "managed-identity"] satisfies FleetFlow[])(
  "MSAL Node with %s",
  (flow) => {
    let client: ClientUnderTest;
    let behaviour: Behaviour;
    beforeAll(async () => {
      client = await loadClient("msal-node", { needs: [flow] });
      behaviour = await learnBehaviour(client, flow);
    }, 600_000);

    it.each(flow === "client-credentials" ? seeds : seeds.slice(0, 3))(
      "sends the requests of its model in the outages of plan %s",
      { timeout: 600_000 },
      async (seed) => {
        const plan = randomFleetPlan(behaviour, 100, seed);
        const [real, modelled] = [await realRequests(plan, client, flow), modelledRequests(plan)];
        expect(real.reduce((sum, sent) => sum + sent, 0)).toBeGreaterThan(200);
        expect(differenceOf(real, modelled)).toBeLessThan(0.01);
      },
    );
  },
);
