/** As own-code-users.test.ts, under msw: the storm of one user's requests, and many users' requests, by real fetch. */
import { afterEach, expect, it } from "vitest";
import { renewalOf, send, tokensOf } from "../../../test/support/own-code.ts";
import { mount } from "../../network/msw.ts";
import { ruleById } from "../../rules/rules.ts";
import { startLiveSimulation, type LiveSimulation } from "./live-simulation.ts";

let session: LiveSimulation | undefined;

afterEach(() => session?.stop());

it.each([
  ["fail", () => "adele"],
  ["pass", (number: number) => `crowd${number}`],
] as const)("judges fifteen renewals under msw: %s", async (verdict, userOf) => {
  const entra = await startLiveSimulation({ mount });
  session = entra;
  const held: string[] = [];
  for (let number = 0; number < 15; number += 1) {
    const { refresh_token: token = "" } = await tokensOf(entra, userOf(number));
    held.push(token);
    await entra.clock.advance("30s");
  }
  entra.outage("token-server-error", { for: "1h" });
  for (const token of held) {
    await entra.operate(
      "load",
      async () => void (await (await send(entra, renewalOf(token))).text()),
    );
    await entra.clock.advance("10s");
  }
  expect(ruleById("retry-storm").judge(entra.history()).verdict).toBe(verdict);
});
