/** A suite on real sockets, with a neighbour on this machine and hosts that are allowed. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createOrders } from "../../../examples/node/orders.ts";
import { requestLoopSuite } from "../../../test/support/request-loop-suite.ts";
import { useEntra } from "../vitest.ts";

let neighbour: Server;
beforeAll(async () => {
  neighbour = createServer((_request, response) => response.end("neighbour"));
  await new Promise<void>((resolve) => neighbour.listen(0, "127.0.0.1", resolve));
});
afterAll(() => void neighbour.close());

const entra = useEntra({ mount: "https", allow: ["not-there.invalid"] });

requestLoopSuite(entra);
const KEYS = "https://login.microsoftonline.com/common/discovery/v2.0/keys";

it("reaches the simulator, and servers on this computer", async () => {
  await entra.operate("load orders", createOrders().load);
  expect(entra).toHaveRequested("token", { times: 1 });
  const { port } = neighbour.address() as AddressInfo;
  const answer = await entra.clock.settle(fetch(`http://127.0.0.1:${port}/`));
  expect(await answer.text()).toBe("neighbour");
});

it.each([1, 2, 3])("sees hangs end and connections break, in test %d", async () => {
  entra.outage("unreachable", { for: "1m" });
  await expect(entra.operate("keys", () => fetch(KEYS))).rejects.toMatchObject({
    cause: { code: "ECONNREFUSED" },
  });
  entra.clear();
  entra.outage("hang", { for: "2m" });
  await expect(entra.operate("load orders", createOrders().load)).rejects.toThrow(/fetch failed/);
  expect(entra.clock.elapsed()).toBe(120_000);
  await entra.operate("load orders", createOrders().load);
});

it("lets requests to allowed hosts through to the real network", async () => {
  await expect(fetch("https://not-there.invalid/")).rejects.toMatchObject({
    cause: { code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) },
  });
});
