import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LiveSimulation } from "../../runner/live/live-simulation.ts";
import { preparedServers } from "./prepared-servers.ts";
import { withEntra } from "./with-entra.ts";
import { openWorkerServer, withServer, type WorkerServer } from "./worker-server.ts";

const SERVERS = "BROWNOUT_WEB_SERVERS";

const forget = (): void => {
  delete process.env[SERVERS];
};
beforeEach(forget);
afterEach(forget);

const server = { command: "npm start", url: "http://localhost:3000/health" };

describe("withEntra", () => {
  it("leaves the server as it is, and leads it to the simulator and its clock", () => {
    const { env, ...rest } = withEntra({
      ...server,
      env: { PORT: "3000", NODE_OPTIONS: "--trace-warnings" },
    });
    expect(rest).toEqual({ ...server, reuseExistingServer: false });
    expect(env["HTTPS_PROXY"]).toBe(`http://127.0.0.1:${env["BROWNOUT_WAY_IN_PORT"]}`);
    expect(env).toMatchObject({ PORT: "3000", NODE_USE_ENV_PROXY: "1" });
    expect(env["NODE_OPTIONS"]).toMatch(/^--trace-warnings --import=file:.*\/register\.ts$/);
  });

  it("gives a server of another language no preload", () => {
    const { env } = withEntra(server, { time: "machine" });
    expect(Object.keys(env)).toContain("REQUESTS_CA_BUNDLE");
    expect(Object.keys(env)).not.toContain("NODE_OPTIONS");
    expect(Object.keys(env)).not.toContain("BROWNOUT_CLOCK_PORT");
  });

  it("has the same ports whenever the configuration is read, and others for another worker", () => {
    const [first, again, other] = [
      withEntra(server),
      withEntra(server),
      withEntra({ ...server, url: "http://localhost:3001" }, { worker: 1 }),
    ];
    expect(again.env).toEqual(first.env);
    expect(other.env["HTTPS_PROXY"]).not.toBe(first.env["HTTPS_PROXY"]);
    expect(preparedServers().map(({ worker, origin }) => [worker, origin])).toEqual([
      [0, "http://localhost:3000"],
      [1, "http://localhost:3001"],
    ]);
  });

  it.each([
    [{ command: "npm start" }, {}, "webServer.url: expected the address of the server, got none"],
    [
      { ...server, reuseExistingServer: true },
      {},
      "a server that runs already does not ask the simulator",
    ],
    [server, { tine: "machine" }, 'unknown key "tine"'],
  ])("refuses %j with %j", (given, options, message) => {
    expect(() => withEntra(given, options as object)).toThrow(message);
  });
});

describe("the server of a worker", () => {
  it("is none where the configuration has none", async () => {
    expect(await openWorkerServer(0, 4)).toBeUndefined();
  });

  it("is refused where several workers would share it", async () => {
    withEntra(server);
    await expect(openWorkerServer(0, 2)).rejects.toThrow("there are 2 workers and one server");
  });

  it("is its own where each worker has one", async () => {
    withEntra(server, { time: "machine" });
    withEntra({ ...server, url: "http://localhost:3001" }, { worker: 1, time: "machine" });
    const opened = await openWorkerServer(1, 2);
    expect(opened?.ownOrigin).toBe("http://localhost:3001");
    await expect(opened?.startOf({ startsAt: "2026-03-02T08:00:00Z" })).rejects.toThrow(
      "a web server of another language has the machine's time",
    );
  });

  it("refuses to move the time of a server that has the machine's", async () => {
    const session = { clock: { advance: () => Promise.resolve() } } as unknown as LiveSimulation;
    const { clock } = withServer(session, { follows: false } as WorkerServer);
    await expect(clock.advance("2h")).rejects.toThrow("so time cannot be moved");
  });

  it("refuses faults of connections that only some paths would have", () => {
    const session = { faults: () => [] } as unknown as LiveSimulation;
    const { faults } = withServer(session, { follows: true } as WorkerServer);
    expect(() =>
      faults([
        {
          id: "dns",
          at: "edge",
          on: ["token"],
          from: 0,
          for: 1_000,
          effect: { kind: "dns-failure" },
        },
      ]),
    ).toThrow("a connection is made before a path is sent");
  });
});
