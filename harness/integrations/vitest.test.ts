/** The example apps under test as a user would write it, on the default mount; Vitest itself runs it. */
import { describe, expect, it } from "vitest";
import { createOrders as createCarelessOrders } from "../../examples/node/careless-orders.ts";
import { createOrders } from "../../examples/node/orders.ts";
import { useEntra } from "./vitest.ts";

const entra = useEntra({ app: { name: "shop" } });

/** What an expectation that fails says. */
function messageOf(expectation: () => void): string {
  try {
    expectation();
  } catch (error) {
    return (error as Error).message;
  }
  return "it passed";
}

/** An hour without Entra in the middle of the day, and orders loaded before, in it and after. */
async function playOutage(loadOrders: () => Promise<unknown>): Promise<void> {
  const tryOrders = (): Promise<unknown> =>
    entra.operate("load orders", loadOrders).catch(() => undefined);
  await tryOrders();
  entra.outage({ for: "1h" });
  await entra.clock.advance("30m");
  await tryOrders();
  await entra.clock.advance("45m");
  await tryOrders();
}

describe("code that caches its tokens", () => {
  it("keeps working through an hour without Entra", async () => {
    await playOutage(createOrders().load);
    expect(entra).toHaveKeptWorkingFromCache();
    expect(messageOf(() => expect(entra).toHavePromptedAtMost(0))).toMatch(/acted for no user/);
    expect(entra).toHaveRequested("token", { times: 1 });
    expect(entra).toHaveServed({ from: "primary", endpoint: "token", times: 1 });
    expect(entra).toHaveRecovered();
    expect(entra).toPassAllRules();
  });

  it("waits as long as Retry-After says, and recovers", async () => {
    const loadOrders = createOrders().load;
    const retryAfter = { form: "seconds", seconds: 120 } as const;
    entra.outage("token-server-error", { for: "4m", retryAfter });
    for (let call = 0; call < 12; call += 1) {
      await entra.operate("load orders", loadOrders).catch(() => undefined);
      await entra.clock.advance("30s");
    }
    expect(entra).toHaveHonouredRetryAfter();
    expect(entra).toHaveRecovered();
    expect(entra).toPassRule("retry-storm");
    expect(entra.requests({ endpoint: "token" }).map(({ status }) => status)).toEqual([
      503, 503, 200,
    ]);
  });

  it("is served by the backup system only where there is one", async () => {
    entra.outage("primary-down");
    await expect(entra.operate("load orders", createOrders().load)).rejects.toThrow("90033");
    expect(entra).not.toHaveServed({ from: "primary", endpoint: "token" });
  });
});

describe("code that does not cache its tokens", () => {
  it("stops working and sends a request storm", async () => {
    await playOutage(createCarelessOrders().load);
    expect(messageOf(() => expect(entra).toHaveKeptWorkingFromCache())).toMatch(
      /valid token was in the cache.*\n.*\n.*shop runs "load orders" \(operation 2\)/,
    );
    expect(messageOf(() => expect(entra).toPassRule("retry-storm"))).toMatch(
      /shop sent 20 similar token requests within 0s/,
    );
    expect(messageOf(() => expect(entra).toPassAllRules())).toMatch(
      /retry-storm[^]*backoff|backoff[^]*retry-storm/,
    );
    expect(entra).not.toHaveBackedOff();
    expect(entra).not.toHaveRequested("token", { atMost: 10 });
  });

  it("ignores Retry-After", async () => {
    const retryAfter = { form: "seconds", seconds: 60 } as const;
    entra.outage("token-server-error", { for: "4m", retryAfter });
    await entra.operate("load orders", createCarelessOrders().load).catch(() => undefined);
    expect(entra).not.toHaveHonouredRetryAfter();
  });
});

describe("what proves nothing", () => {
  const nothing = (): Promise<unknown> => entra.operate("load orders", () => ["order"]);

  it("is code that asks Entra for nothing", async () => {
    await playOutage(async () => ["order"]);
    expect(messageOf(() => expect(entra).toHaveRecovered())).toMatch(/nothing to judge/);
    expect(messageOf(() => expect(entra).toPassRule("availability"))).toMatch(/nothing to judge/);
    expect(messageOf(() => expect(entra).toPassRule("call-duration"))).toMatch(/nothing to judge/);
    expect(messageOf(() => expect(entra).toHaveKeptWorkingFromCache())).toMatch(/In the test/);
    expect(messageOf(() => expect(entra).toPassAllRules())).toMatch(/fault-met/);
  });

  it("is a test without an outage", async () => {
    await entra.operate("load orders", createOrders().load);
    await nothing();
    expect(messageOf(() => expect(entra).toPassAllRules())).toMatch(/nothing went wrong/);
  });

  it.each([{ from: "10h" }, { for: 0 }])("is an outage %j that nothing meets", async (when) => {
    const { load } = createOrders();
    await entra.operate("load orders", load);
    entra.outage(when);
    await entra.clock.advance("1h");
    await entra.operate("load orders", load);
    expect(messageOf(() => expect(entra).toPassAllRules())).toMatch(/fault-met has nothing/);
  });
});

describe("a client that outlives its test", () => {
  const { load } = createOrders();
  const shop = { load: async () => void (await load()) };
  let hasPassed = false;

  it("gets its token in a first test", async () => {
    await entra.operate("load", shop.load);
    expect(entra).toHaveRequested("token", { times: 1 });
  });

  it.fails("and shows it in the second, which fails", async () => {
    entra.outage({ for: "1h" });
    await entra.operate("load", shop.load);
    expect(entra).toHaveRequested("token", { times: 0 });
    hasPassed = true;
  });

  it("which fails by the old token alone", () => {
    expect(hasPassed).toBe(true);
  });
});

describe("the object that useEntra returns", () => {
  it("has a clock, a world and a history", async () => {
    expect(new Date(entra.clock.now()).toISOString()).toBe("2026-03-02T08:00:00.000Z");
    entra.world.changePassword(entra.world.user("adele"));
    entra.note("one");
    await entra.clock.advance(250);
    expect(entra.clock.elapsed()).toBe(250);
    expect(entra.timeline()).toMatch(/password-changed in .*\n.*note: one$/);
    expect(entra.journal().split("\n")).toHaveLength(4);
    expect(entra.history().header).toMatchObject({
      scenario: "the object that useEntra returns > has a clock, a world and a history",
      client: { name: "shop" },
      mount: "msw",
    });
  });

  it("rejects misuse with the place and a hint", async () => {
    await expect(entra.clock.advance("soon")).rejects.toThrow(
      /^clock\.advance: "soon" .*\n +Write "90s"/,
    );
    const untyped = useEntra as (options: object) => unknown;
    expect(() => untyped({ mounts: "msw" })).toThrow(
      /useEntra\.mounts: .*\n.*Did you mean "mount"/,
    );
    expect(() => untyped({ mount: "direct" })).toThrow(
      /expected one of "msw", "nock", "https", got "direct"/,
    );
    expect(() => untyped({ server: {} })).toThrow(/expected a server of msw, got an object/);
    expect(() => untyped({ server: { use() {} }, mount: "nock" })).toThrow(
      /only the mount "msw" takes a server of msw, got the mount "nock"/,
    );
    expect(() => untyped({ allow: ["https://db/"] })).toThrow(
      /useEntra\.allow\[0\]: expected a host name, got "https:\/\/db\/"/,
    );
    expect(() => expect(entra).toPassRule("retry")).toThrow(/^retry: there is no rule "retry"\n/);
  });

  it("is typed, with its matchers", () => {
    const misuse = (): void => {
      // @ts-expect-error -- no such option
      useEntra({ mounts: "msw" });
      // @ts-expect-error -- a share is needed
      entra.outage("partial-outage");
      // @ts-expect-error -- no such outage
      entra.outage("outrage");
      // @ts-expect-error -- an option of another outage
      entra.outage("throttled", { share: 1 });
      // @ts-expect-error -- a number is needed
      expect(entra).toHavePromptedAtMost();
      // @ts-expect-error -- no such endpoint
      expect(entra).toHaveRequested("tokens");
      // @ts-expect-error -- one of the two
      expect(entra).toHaveRequested("token", { times: 1, atMost: 1 });
      // @ts-expect-error -- nothing serves from there
      expect(entra).toHaveServed({ from: "back" });
    };
    expect(misuse).toBeTypeOf("function");
    const orders: () => Promise<readonly string[]> = () => entra.operate("load", () => ["order"]);
    expect(orders).toBeTypeOf("function");
  });
});
