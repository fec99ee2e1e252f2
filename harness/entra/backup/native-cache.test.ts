/** E10, with the real msal-node: whoever keeps their tokens and asks silently has a session with the backup, and nobody else. */
import { describe, expect, it } from "vitest";
import { days, hours, minutes } from "../../core/time/duration.ts";
import { partialOutage } from "../../faults/presets.ts";
import { graph, only, run } from "../../../test/support/run.ts";
import type { TokenRequest } from "../../clients/client.ts";

interface Told {
  readonly cache: "memory" | "persisted";
  readonly restarts: boolean;
  readonly flow: TokenRequest["flow"];
  readonly askAtMs?: number;
}

/** Signs in, and asks once more in an outage of sign-in and tokens; what came of it, and whether it was a person's turn. */
async function inOutage({ cache, restarts, flow, askAtMs = hours(2) }: Told) {
  const outcome = await run(
    async ({ open, world, clock }) => {
      const user = world.user("megan");
      const desk = await open({ app: "desk-app", cache });
      await desk.acquire({ flow: "authorization-code", scopes: graph, user });
      await clock.until(askAtMs);
      if (restarts) await desk.restart();
      await desk.attempt({
        flow,
        scopes: graph,
        user,
        ...(flow === "silent" ? { forceRefresh: true } : {}),
      });
    },
    {
      settings: { backup: "2026-03" },
      faults: [partialOutage({ from: minutes(20), for: days(10), share: 1 })],
    },
  );
  const completed = only(outcome, "operation-completed").at(-1);
  const asked = only(outcome, "exchange-ended").at(-1);
  return {
    outcome: completed?.outcome,
    needsPerson: completed?.outcome === "fail" && completed.error.interactionRequired,
    by:
      asked !== undefined && asked.at >= (only(outcome, "operation-invoked").at(-1)?.at ?? 0)
        ? asked.servedBy
        : "nobody",
  };
}

const byBackup = { outcome: "ok", needsPerson: false, by: "backup" } as const;

describe("a native app in an outage", () => {
  it.each<[string, Told, Awaited<ReturnType<typeof inOutage>>]>([
    [
      "that runs on and asks silently",
      { cache: "memory", restarts: false, flow: "silent" },
      byBackup,
    ],
    [
      "that kept its tokens over a restart",
      { cache: "persisted", restarts: true, flow: "silent" },
      byBackup,
    ],
    [
      "that kept them for three days",
      { cache: "persisted", restarts: true, flow: "silent", askAtMs: days(3) },
      byBackup,
    ],
    [
      "that kept them for longer than the backup",
      { cache: "persisted", restarts: true, flow: "silent", askAtMs: days(3) + minutes(1) },
      { outcome: "fail", needsPerson: false, by: "backup" },
    ],
    [
      "that lost its tokens in a restart: a person would have to act",
      { cache: "memory", restarts: true, flow: "silent" },
      { outcome: "fail", needsPerson: true, by: "nobody" },
    ],
    [
      "that asks the person first: the page is down, and the backup has none",
      { cache: "persisted", restarts: false, flow: "authorization-code" },
      { outcome: "fail", needsPerson: false, by: "primary" },
    ],
  ])("%s", async (_, told, expected) => {
    expect(await inOutage(told)).toEqual(expected);
  });
});
