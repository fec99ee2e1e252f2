/** The proxy of a browser without a browser: what is left of it afterwards. */
import net from "node:net";
import { afterEach, expect, it, vi } from "vitest";
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

it("stops although somebody has connected and says nothing", async () => {
  const proxy = await startBrowserProxy({
    service,
    clock,
    gate: clock.gate,
    pages: () => undefined,
    session: createFrameSession("visible", () => Promise.resolve([])),
    timing: () => "",
    requestsTo: () => Promise.resolve(0),
    onHarnessError: () => undefined,
  });
  const socket = net.connect(Number(new URL(proxy.option.server).port), "127.0.0.1");
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => void socket.once("close", resolve));
  await new Promise((resolve) => void socket.once("connect", resolve));
  await proxy.stop();
  expect(await closed).toBeDefined();
});

it.each(browserMounts)("is not left behind by %s when its browser dies at once", async (name) => {
  const newContext = (): Promise<never> => Promise.reject(new Error("Browser closed"));
  vi.spyOn(processBrowser, "launchBrowser").mockResolvedValue({ newContext } as never);
  const mounted = await (
    await loadMount(name)
  ).start({
    service,
    clock,
    gate: clock.gate,
  });
  const servers = (): number =>
    process.getActiveResourcesInfo().filter((kind) => kind === "TCPServerWrap").length;
  const before = servers();
  await expect(mounted.browser?.openProfile()).rejects.toThrow("Browser closed");
  await vi.waitFor(() => expect(servers()).toBe(before));
  await mounted.stop();
});
