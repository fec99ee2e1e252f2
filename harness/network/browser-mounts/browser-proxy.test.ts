/** The proxy of a browser without a browser: what is left of it afterwards. */
import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import type { HarnessError } from "../../core/errors.ts";
import type { WayInOptions } from "./browser-mount.ts";
import { processBrowser } from "../../browser/launch/launch.ts";
import { createVirtualClock } from "../../core/time/virtual-clock.ts";
import { startBrowserProxy } from "./browser-proxy.ts";
import { createFrameSession } from "./frame-session.ts";
import { loadMount } from "../mounts.ts";
import { browserMounts } from "../mount-names.ts";
import { answerWith } from "../../../test/support/mount.ts";

afterEach(() => vi.restoreAllMocks());

const clock = createVirtualClock({ startMs: 0, shared: true });
const service = { connect: () => Promise.resolve(), handle: answerWith("{}") };

const waiting: WayInOptions = {
  service,
  clock,
  gate: clock.gate,
  pages: () => undefined,
  session: createFrameSession("visible", () => Promise.resolve([])),
  timing: () => "",
  requestsTo: () => Promise.resolve(0),
  onHarnessError: () => undefined,
};

it("stops although somebody has connected and says nothing", async () => {
  const proxy = await startBrowserProxy(waiting);
  const socket = net.connect(Number(new URL(proxy.option.server).port), "127.0.0.1");
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => void socket.once("close", resolve));
  await new Promise((resolve) => void socket.once("connect", resolve));
  await proxy.stop();
  expect(await closed).toBeDefined();
});

it("lets requests through to the hosts that a suite allows, with TLS and without", async () => {
  const stopped: string[] = [];
  const server = http.createServer((_request, response) => response.end("real"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const proxy = await startBrowserProxy({
    ...waiting,
    suite: { allow: ["127.0.0.1"] },
    onHarnessError: (error) => void stopped.push((error as HarnessError).place ?? ""),
  });
  const through = Number(new URL(proxy.option.server).port);
  const ask = (options: http.RequestOptions): Promise<string> =>
    new Promise((resolve, reject) => {
      const request = http.request({ host: "127.0.0.1", port: through, ...options });
      request.on("connect", (answer, socket) => {
        if (answer.statusCode !== 200) {
          socket.destroy();
          resolve(String(answer.statusCode));
          return;
        }
        socket.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let text = "";
        socket.on("data", (part) => (text += String(part)));
        socket.on("end", () => resolve(text.split("\r\n\r\n")[1] ?? ""));
      });
      request.on("response", (answer) => {
        answer.on("data", (part) => resolve(String(part)));
      });
      request.on("error", reject);
      request.end();
    });
  expect(await ask({ method: "CONNECT", path: `127.0.0.1:${port}` })).toContain("real");
  expect(await ask({ path: `http://127.0.0.1:${port}/` })).toBe("real");
  expect(await ask({ method: "CONNECT", path: "other.example:443" })).toBe("403");
  expect(stopped).toEqual(["other.example"]);
  await proxy.stop();
  server.closeAllConnections();
  await once(server.close(), "close");
});

it.each(browserMounts)("is not left behind by %s when its browser dies at once", async (name) => {
  const dead = (): Promise<never> => Promise.reject(new Error("Browser closed"));
  const browser = { newContext: dead, newBrowserCDPSession: dead };
  vi.spyOn(processBrowser, "launchBrowser").mockResolvedValue(browser as never);
  const mounted = await (
    await loadMount(name)
  ).start({
    service,
    clock,
    gate: clock.gate,
  });
  const listen = vi.spyOn(net.Server.prototype, "listen");
  await expect(mounted.browser?.openProfile()).rejects.toThrow("Browser closed");
  const servers = listen.mock.contexts as net.Server[];
  expect(servers).toHaveLength(1);
  await vi.waitFor(() => expect(servers.filter(({ listening }) => listening)).toEqual([]));
  await mounted.stop();
});
