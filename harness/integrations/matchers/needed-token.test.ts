/** One name for calls that need different tokens: a failed call is compared with the token that it asked for. */
import { describe, expect, it } from "vitest";
import { buildRun, type RunBuilder } from "../../../test/support/run-builder.ts";
import { ada, ben } from "../../../test/support/run-builder-wire.ts";
import { keptWorkingFromCache } from "./kept-working.ts";

const load = { client: "shop", flow: "custom", app: "load", tenant: "", scopes: [] } as const;
const north = "aaaaaaaa-1111-4111-8111-000000000001";
const south = "bbbbbbbb-2222-4222-8222-000000000002";
const orders = {
  client: "shop",
  flow: "client-credentials",
  app: "daemon",
  tenant: north,
} as const;

type Ask = NonNullable<Parameters<RunBuilder["exchange"]>[0]>;

/** The verdict when `load` has the tokens of `held`, and asks for another in vain. */
function judge(held: readonly Ask[], asked: Ask, later: readonly Ask[] = []) {
  const run = buildRun();
  const works = (ask: Ask): void => {
    const call = run.operation(load);
    run.exchange({ ...ask, by: call });
    call.ok({ token: "none" });
  };
  for (const ask of held) works(ask);
  run.after(60_000);
  const end = run.fault({ id: "down" });
  const call = run.operation(load);
  const failure = "networkFault" in asked ? {} : { status: 503 };
  run.exchange({ issued: "nothing", faults: ["down"], ...failure, ...asked, by: call });
  call.fails();
  run.after(60_000);
  end();
  run.cleared();
  for (const ask of later) works(ask);
  return keptWorkingFromCache(run.history()).verdict;
}

const scope = (name: string): Ask => ({ ...orders, scopes: [`api://${name}/.default`] });

describe("a call that fails in an outage under a name that has worked", () => {
  it("had a token for what it asked", () => {
    expect(judge([scope("orders")], scope("orders"))).toBe("fail");
    expect(judge([scope("orders"), scope("mail")], scope("orders"))).toBe("fail");
    const silent = { ...scope("orders"), flow: "silent" } as const;
    const held = { ...silent, user: ada };
    expect(judge([held], { ...silent, user: ada })).toBe("fail");
  });

  it.each<[string, Ask]>([
    ["another API", scope("mail")],
    ["another tenant", { ...scope("orders"), tenant: south }],
    ["another app", { ...scope("orders"), app: "other-daemon" }],
    [
      "the metadata of another tenant",
      { ...scope("orders"), endpoint: "openid-configuration", tenant: south },
    ],
  ])("had none for %s", (_what, asked) => {
    expect(judge([scope("orders")], asked)).toBe("inconclusive");
  });

  it("had none for another user", () => {
    const silent = { ...scope("orders"), flow: "silent" } as const;
    expect(judge([{ ...silent, user: ada }], { ...silent, user: ben })).toBe("inconclusive");
  });

  it("had none for another user whom only the service knows", () => {
    const renewal = { ...scope("orders"), flow: "silent", anyone: true } as const;
    const adas = { ...renewal, subject: ada, form: { refresh_token: "rt-a" } };
    const bens = { ...renewal, subject: ben, form: { refresh_token: "rt-b" } };
    expect(judge([adas], bens)).toBe("inconclusive");
    expect(judge([adas, bens], bens)).toBe("fail");
    const [first, second] = ["rt-a", "rt-b"].map((token) => ({
      ...renewal,
      form: { refresh_token: token },
    }));
    expect(judge([first ?? {}], second ?? {})).toBe("inconclusive");
    expect(judge([first ?? {}], first ?? {})).toBe("fail");
  });

  it("had one for the same tenant by another name", () => {
    const byDomain = { ...scope("orders"), tenant: "contoso.example", tenantId: north };
    expect(judge([byDomain], { ...scope("orders"), tenantId: north })).toBe("fail");
  });

  it("had one for the same resource, and none for another", () => {
    const byResource = (resource: string): Ask => ({ ...orders, scopes: [], form: { resource } });
    expect(judge([byResource("api://orders")], scope("orders"))).toBe("fail");
    expect(judge([byResource("api://orders")], byResource("api://mail"))).toBe("inconclusive");
  });

  it.each(["authorization-code", "password", "device-code"] as const)(
    "could not be served by a cache: %s",
    (flow) => {
      const held = { ...scope("orders"), flow: "silent", user: ada } as const;
      const mail = { ...held, ...scope("mail"), flow: "silent" } as const;
      expect(judge([held, mail], held)).toBe("fail");
      expect(judge([held, mail], { ...held, flow })).toBe("inconclusive");
    },
  );

  it("had one of each kind when nothing was sent", () => {
    const refused = {
      ...scope("orders"),
      sent: "connection",
      networkFault: "ECONNREFUSED",
    } as const;
    expect(judge([scope("orders")], refused)).toBe("fail");
    expect(judge([scope("orders"), scope("mail")], refused)).toBe("fail");
    // The name stands for another token, too, which came only later.
    expect(judge([scope("orders")], refused, [scope("mail")])).toBe("inconclusive");
  });
});

it("is not compared with the token of a call for another user, whose name differs in a number", () => {
  /** Two users sign in; later `first` gets a token of Ada, and in an outage `user2` no metadata. */
  const judgeAfter = (...first: readonly string[]) => {
    const run = buildRun();
    const asks = { ...scope("orders"), flow: "silent", anyone: true } as const;
    const served = (app: string, user: string): void => {
      const call = run.operation({ ...load, app });
      const token = run.token({ expiresIn: 7_200 });
      run.exchange({ ...asks, by: call, subject: user, issued: { token, user } });
      call.ok({ token: "none" });
    };
    served("sign in as Ada", ada);
    served("sign in as Ben", ben);
    for (const app of first) served(app, ada);
    run.fault({ id: "down" });
    const call = run.operation({ ...load, app: "user2" });
    const metadata = { ...scope("orders"), endpoint: "openid-configuration" } as const;
    run.exchange({ ...metadata, by: call, networkFault: "ECONNREFUSED", faults: ["down"] });
    call.fails();
    return keptWorkingFromCache(run.history()).verdict;
  };
  expect(judgeAfter("user1")).toBe("inconclusive");
  expect(judgeAfter("user2")).toBe("fail");
  // The number says nothing of the user: Ada's calls have several.
  expect(judgeAfter("user1", "user3")).toBe("fail");
});

it("is not compared with the token of the only user that requests show, where names say for whom calls are", () => {
  const judgeAfter = (first: string, failing: string) => {
    const run = buildRun();
    const asks = { ...scope("orders"), flow: "silent", anyone: true } as const;
    const served = run.operation({ ...load, app: first });
    run.exchange({ ...asks, by: served, subject: ada, issued: { token: run.token(), user: ada } });
    served.ok({ token: "none" });
    run.fault({ id: "down" });
    const call = run.operation({ ...load, app: failing });
    const metadata = { ...scope("orders"), endpoint: "openid-configuration" } as const;
    run.exchange({ ...metadata, by: call, networkFault: "ECONNREFUSED", faults: ["down"] });
    call.fails();
    return keptWorkingFromCache(run.history()).verdict;
  };
  expect(judgeAfter("user1", "user2")).toBe("inconclusive");
  expect(judgeAfter("user1", "user1")).toBe("fail");
  expect(judgeAfter("order 1", "order 2")).toBe("fail");
});
