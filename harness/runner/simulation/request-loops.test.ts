/** Requests that are repeated without a pause, through the layers of a simulation. */
import { afterEach, describe, expect, it } from "vitest";
import { renewalOf, send, tokensOf } from "../../../test/support/own-code.ts";
import { tokenRequest } from "../../../test/support/session.ts";
import { daemonToken, run, scenario } from "../../../test/support/run.ts";
import { createBareFetch } from "../../clients/reference/bare-fetch.ts";
import { createRequest } from "../../core/http/message.ts";
import { minutes, seconds } from "../../core/time/duration.ts";
import { mount } from "../../network/direct.ts";
import { runScenario } from "../run.ts";
import { type LiveSimulation, startLiveSimulation } from "../live/live-simulation.ts";
import { loopLimits } from "./request-loops.ts";

const { delayedFrom, delayMs, roundsMax } = loopLimits;

let session: LiveSimulation | undefined;

async function start(): Promise<LiveSimulation> {
  session = await startLiveSimulation({ mount });
  return session;
}

afterEach(() => session?.stop());

const graph = (path: string): Request => createRequest(`https://graph.microsoft.com/v1.0/${path}`);

/** Sends a request again and again, each when the one before has ended. */
async function repeat(
  { mounted }: LiveSimulation,
  requestOf: (count: number) => Request,
  times = Infinity,
): Promise<void> {
  for (let count = 1; count <= times; count += 1)
    await mounted.fetch(requestOf(count)).then(
      (response) => response.text(),
      () => undefined,
    );
}

describe("a client that repeats a request without a pause", () => {
  it("lets time pass from the 50th round on, so that a wait ends", async () => {
    const entra = await start();
    let stopped = false;
    const looping = repeat(entra, () => {
      if (stopped) throw new Error("stopped");
      return graph("me?at=1");
    }).catch(() => undefined);
    await entra.clock.advance("10s");
    expect(entra.clock.elapsed()).toBe(seconds(10));
    stopped = true;
    await entra.clock.advance("1s");
    await looping;
    const times = entra.requests().map(({ atMs }) => atMs);
    expect(times.filter((atMs) => atMs === 0)).toHaveLength(delayedFrom);
    expect(times.slice(delayedFrom, delayedFrom + 3)).toEqual([100, 200, 300]);
  });

  it.each([
    ["a refused connection", "name-lookup-down"],
    ["an error", "token-server-error"],
  ] as const)("is slowed down after %s, too", async (_, outage) => {
    const entra = await start();
    entra.outage(outage, { for: "1h" });
    const rounds = 60;
    await entra.clock.settle(repeat(entra, tokenRequest, rounds));
    expect(entra.clock.elapsed()).toBe((rounds - delayedFrom + 1) * delayMs);
  });

  it("is slowed down when it gives up each request at once", async () => {
    const entra = await start();
    entra.outage("hang", { for: "1h" });
    const impatient = async (): Promise<void> => {
      const controller = new AbortController();
      const request = new Request(tokenRequest(), { signal: controller.signal });
      const sent = entra.mounted.fetch(request).catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
      controller.abort();
      await sent;
    };
    const looping = (async () => {
      for (let count = 0; count <= roundsMax + 1; count += 1) await impatient();
    })();
    await expect(entra.clock.settle(looping)).rejects.toMatchObject({ code: "request-loop" });
  });

  it("ends the wait with an error that names the address after 1000 rounds", async () => {
    const entra = await start();
    void repeat(entra, () => graph("me"));
    await expect(entra.clock.advance("30d")).rejects.toMatchObject({
      code: "request-loop",
      place: "GET graph.microsoft.com/v1.0/me",
      message: expect.stringContaining("more than 1000 times"),
    });
    expect(entra.problems()).toContainEqual(expect.objectContaining({ code: "request-loop" }));
    expect(entra.requests().length).toBeLessThan(roundsMax + 5);
  });

  it("ends also when its refresh token is a new one each time", async () => {
    const entra = await start();
    let { refresh_token: held = "" } = await tokensOf(entra, "adele");
    const looping = (async () => {
      for (;;) {
        const answer = await send(entra, renewalOf(held));
        ({ refresh_token: held } = (await answer.json()) as { refresh_token: string });
      }
    })();
    looping.catch(() => undefined);
    await expect(entra.clock.settle(looping)).rejects.toMatchObject({ code: "request-loop" });
  });

  it("ends also when two addresses take turns", async () => {
    const entra = await start();
    void repeat(entra, (count) => graph(count % 2 === 0 ? "me" : "users"));
    await expect(entra.clock.advance("30d")).rejects.toMatchObject({ code: "request-loop" });
  });

  it("ends also when each request is a new instance's", async () => {
    const opening = scenario(async ({ open }) => {
      for (;;) await (await open({ app: "nightly-daemon" })).attempt(daemonToken);
    });
    const looping = runScenario(opening, { client: createBareFetch(), mount: "direct", seed: "1" });
    await expect(looping).rejects.toMatchObject({ code: "request-loop" });
  });

  it("ends a scenario's run with the same error", async () => {
    const looping = run(async ({ open }) => {
      const daemon = await open({ app: "nightly-daemon" });
      for (;;) await daemon.attempt({ ...daemonToken, forceRefresh: true });
    });
    await expect(looping).rejects.toMatchObject({
      code: "request-loop",
      place: expect.stringMatching(/^POST login\.microsoftonline\.com\/.*\/token$/),
    });
  });
});

describe("what is no loop", () => {
  it("is many requests at once, also when they wait for each other's connections", async () => {
    const entra = await start();
    const worker = (): Promise<void> => repeat(entra, tokenRequest, 10);
    await entra.clock.settle(Promise.all(Array.from({ length: 60 }, worker)));
    expect([entra.clock.elapsed(), entra.requests().length]).toEqual([0, 600]);
  });

  it("is the same call for many people, one after the other", async () => {
    const entra = await start();
    const refresh = (count: number): Request =>
      createRequest("https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token", {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({
          grant_type: "refresh_token",
          refresh_token: `rt-${count}`,
        }).toString(),
      });
    await entra.clock.settle(repeat(entra, refresh, 60));
    expect(entra.clock.elapsed()).toBe(0);
  });

  it("is a client that waits between its requests, however shortly", async () => {
    const entra = await start();
    const polling = (async () => {
      for (let count = 0; count < 200; count += 1) {
        await repeat(entra, () => graph("me"), 1);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    await entra.clock.settle(polling);
    expect(entra.clock.elapsed()).toBe(200);
  });

  it("is a client whose answers take time", async () => {
    const entra = await start();
    entra.faults([
      {
        id: "slow",
        at: "edge",
        on: ["token"],
        from: 0,
        for: minutes(5),
        effect: { kind: "latency", delay: 5 },
      },
    ]);
    await entra.clock.settle(repeat(entra, tokenRequest, 200));
    expect(entra.clock.elapsed()).toBe(1_000);
  });
});
