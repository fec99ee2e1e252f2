/** A served simulation under load and over a week: no wrong verdict, and memory that stays bounded. */
import { readFileSync } from "node:fs";
import https from "node:https";
import tls from "node:tls";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, onTestFinished } from "vitest";
import { judgeHistory, verdictOf } from "../rules/rules.ts";
import { answerTo, control, daemonRequest, serve, tunnel } from "../../test/support/serve.ts";
import { signInByDevice } from "../../test/support/device-sign-in.ts";
import type { Serving } from "./start-serving.ts";

const SLOW_MS = 540_000;
const LOGIN = "login.microsoftonline.com";
const GRAPH = "graph.microsoft.com";

/** A program that comes by the proxy under a name of its own, over four connections that it keeps. */
async function pod(serving: Serving, name: string) {
  const ca = readFileSync(serving.ready.ca);
  const agents = new Map<string, https.Agent>();
  for (const host of [LOGIN, GRAPH, GRAPH, GRAPH]) {
    const socket = await tunnel(serving, `${host}:443`, { proxyUser: name });
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    agent.createConnection = () => tls.connect({ socket, servername: host, ca });
    agents.set(`${host} ${agents.size}`, agent);
    onTestFinished(() => agent.destroy());
  }
  const [login, ...graph] = agents.values();
  return {
    token: async (): Promise<{ readonly status: number; readonly text: string }> => {
      const body = new URLSearchParams(daemonRequest.form).toString();
      const headers = { "Content-Type": "application/x-www-form-urlencoded" };
      const options = { agent: login, method: "POST", headers };
      return answerTo(https.request(daemonRequest.url, options), body);
    },
    users: async (token: string, number: number): Promise<number> => {
      const headers = { Authorization: `Bearer ${token}` };
      const options = { agent: graph[number % graph.length], headers };
      return (await answerTo(https.request(`https://${GRAPH}/v1.0/users`, options))).status;
    },
  };
}

function tokenIn(text: string): string {
  return (JSON.parse(text) as { readonly access_token: string }).access_token;
}

describe("12,000 requests at once", () => {
  it(
    "of 12 programs lead to the finding of the one that does not wait, and to no other",
    async () => {
      const serving = await serve({ eventsKept: 100_000 });
      const names = Array.from({ length: 12 }, (_, index) => `pod-${index}`);
      const pods = await Promise.all(names.map((name) => pod(serving, name)));
      const tokens = await Promise.all(
        pods.map(async ({ token }) => tokenIn((await token()).text)),
      );
      await control(serving, "POST", "/outages", { preset: "throttled" });
      const statuses = await Promise.all([
        ...pods.map(async ({ token }) => (await token()).status),
        ...pods.flatMap(({ users }, index) =>
          Array.from({ length: 1_000 }, (_, number) => users(tokens[index] ?? "", number)),
        ),
      ]);
      const counts = Object.fromEntries(
        [...Map.groupBy(statuses, (status) => status)].map(([status, all]) => [status, all.length]),
      );
      expect(counts).toEqual({ 200: 12_000, 429: 12 });
      const judged = () => judgeHistory(serving.supervisor.current().history());
      expect(judged()).toEqual([]);
      await pods[7]?.token();
      expect(verdictOf(judged())).toBe("fail");
      for (const { rule, message } of judged())
        expect([rule, message]).toEqual(["retry-after", expect.stringContaining("pod-7-1")]);
      const clients = serving.supervisor
        .current()
        .live.recorder.events.flatMap((event) =>
          event.kind === "exchange-began" ? event.client : [],
        );
      const perClient = [...Map.groupBy(clients, (client) => client).values()];
      expect(perClient.map(({ length }) => length).toSorted((one, other) => one - other)).toEqual([
        ...Array.from({ length: 11 }, () => 1_002),
        1_003,
      ]);
    },
    SLOW_MS,
  );
});

setFlagsFromString("--expose_gc");
const collect = runInNewContext("gc") as () => void;

function heapBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

describe("a week in leaps", () => {
  it(
    "takes no more memory than its second day, and is still judged",
    async () => {
      const serving = await serve({ eventsKept: 500 });
      const program = await pod(serving, "poller");
      const refresh = await signInByDevice(serving);
      const heapAfterDay: number[] = [];
      for (let day = 0; day < 7; day += 1) {
        for (let leap = 0; leap < 24; leap += 1) {
          const advanced = await control(serving, "POST", "/clock/advance", { by: "1h" });
          expect(advanced).toMatchObject({ status: 200 });
          const isBroken = leap % 6 === 0;
          if (isBroken) await control(serving, "POST", "/outages", { preset: "throttled" });
          for (let call = 0; call < 10; call += 1) await program.token();
          if (isBroken) await control(serving, "DELETE", "/outages");
          await refresh();
        }
        heapAfterDay.push(heapBytes());
      }
      const [, second = 0] = heapAfterDay;
      const ratio = Math.max(...heapAfterDay.slice(2)) / second;
      expect(ratio).toBeLessThan(1.2);
      const served = serving.supervisor.current();
      expect(served.eventsDropped()).toBeGreaterThan(2_000);
      expect(served.live.clock.elapsed()).toBe(7 * 86_400_000);
      expect(verdictOf(judgeHistory(served.history()))).toBe("fail");
    },
    SLOW_MS,
  );
});
