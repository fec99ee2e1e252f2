/**
 * An app with a database in another process of the machine: its host is left alone, and virtual
 * time stands while the app waits for it. The database is a TCP server that answers each line
 * after some real time, as the real ones are not everywhere.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { useEntra } from "../../harness/integrations/vitest.ts";
import { createDaemon, ordersScope } from "./orders-app.ts";

const DATABASE = `
  require("node:net").createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (asked) => setTimeout(() => socket.write("row of " + asked), 40));
  }).listen(0, "127.0.0.1", function () { console.log(this.address().port); });
`;

let stopDatabase = (): void => undefined;
let port = 0;
beforeAll(async () => {
  const database = spawn(process.execPath, ["-e", DATABASE], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  stopDatabase = () => void database.kill();
  const [line] = (await once(createInterface({ input: database.stdout }), "line")) as [string];
  port = Number(line);
});
afterAll(() => stopDatabase());

const entra = useEntra({ app: { name: "shop" } });

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Asks the database for a row, and gives up after 30 s. */
async function query(text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  const patience = AbortSignal.timeout(30_000);
  await once(socket, "connect", { signal: patience });
  socket.write(`${text}\n`);
  const [answer] = (await once(socket, "data", { signal: patience })) as [Buffer];
  return answer.toString().trim();
}

it("time stands while an app asks its database, and its own timers do not fire", async () => {
  const client = createDaemon();
  let fired = 0;
  const everySecond = setInterval(() => (fired += 1), 1_000);
  const before = entra.clock.now();
  const row = await entra.operate("load orders", async () => {
    await client.acquireTokenByClientCredential({ scopes: [ordersScope] });
    return query("order 7");
  });
  clearInterval(everySecond);
  expect(row).toBe("row of order 7");
  expect([entra.clock.now() - before, fired]).toEqual([0, 0]);
  expect(entra).toHaveRequested("token", { times: 1 });
});

it("an outage of Entra does not reach the database", async () => {
  const client = createDaemon();
  entra.outage({ for: "1h" });
  const load = async (): Promise<string> => {
    await client.acquireTokenByClientCredential({ scopes: [ordersScope] });
    return query("order 7");
  };
  await expect(entra.operate("load orders", load)).rejects.toBeInstanceOf(Error);
  expect(await query("order 8")).toBe("row of order 8");
  await entra.clock.advance("2h");
  expect(await entra.operate("load orders", load)).toBe("row of order 7");
  expect(entra).toHaveRecovered();
});
