/** Each test fails, for the reason that `test/vitest-suites.test.ts` expects under its name. */
// oxlint-disable vitest/expect-expect -- these tests fail before they could expect anything
import { execFile, execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { PublicClientApplication } from "@azure/msal-node";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { useEntra } from "../../harness/integrations/vitest.ts";
import { createOrders } from "../../examples/node/careless-orders.ts";
import { createOrders as createGoodOrders } from "../../examples/node/orders.ts";

const ask = `fetch("https://login.microsoftonline.com/common/discovery/instance")`;

describe("with Entra", () => {
  const entra = useEntra({ journals: process.env["JOURNALS"] ?? "" });

  test("careless", async () => {
    const loadOrders = createOrders().load;
    await entra.operate("load orders", loadOrders);
    entra.outage({ for: "1h" });
    await entra.operate("load orders", loadOrders).catch(() => undefined);
    entra.clear();
    expect(entra).toHaveKeptWorkingFromCache();
  });

  test("nothing was shown", () => {
    expect(entra).toHaveRecovered();
  });

  test("nor its opposite", () => {
    expect(entra).not.toHaveRecovered();
  });

  test("a host that is not simulated, swallowed", async () => {
    await fetch("https://telemetry.example.com/").catch(() => undefined);
  });

  test("hosts that no one answers", async () => {
    const addresses = ["https://api.example.com/stock", "https://cdn.example.com:8443/a.json"];
    for (const address of [...addresses, ...addresses]) await fetch(address).catch(() => undefined);
  });

  test("a program that asks Entra, unnoticed", async () => {
    await promisify(execFile)(process.execPath, ["-e", `${ask}.catch(() => undefined)`]);
  });

  test("a program that asks Entra, waited for", () => {
    execFileSync(process.execPath, ["-e", `${ask}.catch(() => undefined)`]);
  });

  test("a worker thread that asks Entra, unnoticed", async () => {
    await once(new Worker(`${ask}.catch(() => undefined)`, { eval: true }), "exit");
  });

  test("a datagram, swallowed", async () => {
    const socket = createSocket("udp4");
    await new Promise((resolve) => {
      socket.send("x", 8125, "stats.example.com", resolve);
    });
    socket.close();
  });

  test("a look-up, swallowed", async () => {
    await lookup("login.microsoftonline.com").catch(() => undefined);
  });

  test("fake timers in the test", async () => {
    vi.useFakeTimers();
    await entra.clock.advance("1h");
  });

  test("waits outside of operate", { timeout: 500 }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  });

  describe("and once more", () => {
    useEntra();
    test("two at once", () => undefined);
  });

  test("and all is well afterwards", async () => {
    await entra.clock.advance("1h");
    throw new Error(new Date().toISOString());
  });
});

describe("with a client that outlives its test", () => {
  const entra = useEntra();
  const loadOrders = createGoodOrders().load;
  test("the first test of a client", async () => {
    await entra.operate("load orders", loadOrders);
    expect(entra).toHaveRequested("token", { times: 1 });
  });
  test("the second test of a client", async () => {
    await entra.operate("load orders", loadOrders);
  });

  const client = new PublicClientApplication({
    auth: {
      authority: "https://login.microsoftonline.com/11111111-aaaa-4aaa-8aaa-000000000001",
      clientId: "33333333-cccc-4ccc-8ccc-000000000015",
    },
  });
  const signIn = async (): Promise<unknown> => {
    const scopes = ["https://graph.microsoft.com/User.Read"];
    const [account] = await client.getTokenCache().getAllAccounts();
    return account === undefined
      ? client.acquireTokenByUsernamePassword({
          scopes,
          username: "adele@contoso.example",
          password: "fixture-password-of-adele",
        })
      : client.acquireTokenSilent({ scopes, account });
  };
  test("the first test of a cache", async () => {
    await entra.operate("sign in", signIn);
  });
  test("the second test of a cache", async () => {
    await entra.operate("sign in", signIn);
  });
  test("a fresh client after that", async () => {
    await entra.operate("load orders", createGoodOrders().load);
  });
});

describe("when patience ends", () => {
  const entra = useEntra();
  test("while time passes", { timeout: 500 }, async () => {
    setInterval(() => undefined, 10);
    await entra.clock.advance("3000d");
  });
});

describe("when the machine takes too long", () => {
  const entra = useEntra();
  const children: ReturnType<typeof execFile>[] = [];
  afterEach(() => {
    for (const child of children) child.kill();
  });
  const takeAMinute = (): Promise<void> =>
    new Promise((resolve) => void children.push(execFile("sleep", ["60"], () => resolve())));

  test("a program that does not end", { timeout: 1_500 }, async () => {
    await entra.operate("work", () => takeAMinute());
  });

  test("a program that does not end, and a timer", async () => {
    const timer = new Promise<void>((resolve) => void setTimeout(resolve, 5_000));
    await entra.operate("work", () => Promise.race([takeAMinute(), timer]));
    expect(entra).toPassRule("real-time-limit");
  });
});

describe("at the same time", () => {
  const entra = useEntra();
  const both = [0, 1].map((number) => `concurrent ${number}`);
  describe.concurrent("both", () => {
    test.each(both)("%s", async () => {
      await entra.clock.advance("1h");
    });
  });
});

describe("with fake timers from before", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  useEntra();
  test("fake timers before", () => undefined);
});

describe("outside", () => {
  const entra = useEntra();
  let thrown: unknown;
  try {
    entra.outage();
  } catch (error) {
    thrown = error;
  }
  test("outside of tests", () => {
    throw thrown;
  });
});
