/** E10, with the real msal-node: only an app that keeps its tokens and asks silently has a session with the backup. */
import { describe, expect, it } from "vitest";
import { days, hours, minutes } from "../../core/time/duration.ts";
import { partialOutage } from "../../faults/presets.ts";
import { graph, only, run } from "../../../test/support/run.ts";
import type { TokenRequest } from "../../clients/client.ts";

interface Attempt {
  readonly cache: "memory" | "persisted";
  readonly restarts: boolean;
  readonly flow: TokenRequest["flow"];
  readonly askAtMs?: number;
}

/** Signs in, asks again in an outage of sign-in and tokens, and returns the outcome and whether a person is needed. */
async function inOutage({ cache, restarts, flow, askAtMs = hours(2) }: Attempt) {
  const outcome = await run(
    async ({ open, world, clock }) => {
      const user = world.user("megan");
      const app = await open({ app: "desk-app", cache });
      await app.acquire({ flow: "authorization-code", scopes: graph, user });
      await clock.until(askAtMs);
      if (restarts) await app.restart();
      await app.attempt({
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
        : "none",
  };
}

const byBackup = { outcome: "ok", needsPerson: false, by: "backup" } as const;

describe("a native app in an outage", () => {
  it.each<[string, Attempt, Awaited<ReturnType<typeof inOutage>>]>([
    [
      "that keeps running and asks silently",
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
      "that lost its tokens in a restart, so that a person must act",
      { cache: "memory", restarts: true, flow: "silent" },
      { outcome: "fail", needsPerson: true, by: "none" },
    ],
    [
      "that asks the person first, while the page is down and the backup has no page",
      { cache: "persisted", restarts: false, flow: "authorization-code" },
      { outcome: "fail", needsPerson: false, by: "primary" },
    ],
  ])("%s", async (_, attempt, expected) => {
    expect(await inOutage(attempt)).toEqual(expected);
  });
});
