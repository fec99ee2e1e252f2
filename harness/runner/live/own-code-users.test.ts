/** Own code names no user in its requests: who is meant is in its tokens and codes, which only the service can read. */
import { afterEach, describe, expect, it } from "vitest";
import {
  approvedDevice,
  graphScope,
  onBehalfOf,
  ordersScope,
  passwordOf,
  portal,
  redemptionOf,
  renewalOf,
  send,
  signIn,
  tokensOf,
  upnOf,
  type Address,
  type Form,
} from "../../../test/support/own-code.ts";
import type { FaultSlice, FaultWindow } from "../../faults/plan.ts";
import { mount } from "../../network/direct.ts";
import { ruleById } from "../../rules/rules.ts";
import { startLiveSimulation, type LiveSimulation } from "./live-simulation.ts";

const CONTOSO = "11111111-aaaa-4aaa-8aaa-000000000001";
const ADELE = "55555555-eeee-4eee-8eee-000000000001";

const throttledWindow: FaultWindow = {
  id: "slice",
  at: "primary",
  on: ["token"],
  from: 0,
  for: 3_600_000,
  effect: { kind: "throttle", retryAfter: { form: "absent" }, body: { form: "empty" } },
};

let session: LiveSimulation | undefined;

async function start(): Promise<LiveSimulation> {
  session = await startLiveSimulation({ mount });
  return session;
}

afterEach(() => session?.stop());

/** The verdict of a rule on the run so far. */
function verdictOf({ history }: LiveSimulation, rule: string): string {
  return ruleById(rule).judge(history()).verdict;
}

/** One call of own code with one request. */
function call(entra: LiveSimulation, form: Form, address?: Address): Promise<unknown> {
  return entra.operate("load", async () => {
    const answer = await send(entra, form, address);
    await answer.text();
    if (!answer.ok) throw new Error(`${answer.status}`);
  });
}

/** Sends each form in turn, ten seconds apart, while the token endpoint fails. */
async function inOutage(entra: LiveSimulation, forms: readonly Form[]): Promise<void> {
  entra.outage("token-server-error", { for: "1h" });
  for (const form of forms) {
    await call(entra, form).catch(() => undefined);
    await entra.clock.advance("10s");
  }
}

type MakeForm = (entra: LiveSimulation, user: string) => Promise<Form>;

/** By grant, the form of a request for a user who has just signed in. */
const forms: Readonly<Record<string, MakeForm>> = {
  refresh_token: async (entra, user) =>
    renewalOf((await tokensOf(entra, user))["refresh_token"] ?? ""),
  on_behalf_of: async (entra, user) =>
    onBehalfOf((await tokensOf(entra, user, { scope: ordersScope }))["access_token"] ?? ""),
  authorization_code: async (entra, user) => redemptionOf((await signIn(entra, user)).code),
  device_code: approvedDevice,
};

const password: MakeForm = async (_, user) => ({
  ...portal,
  grant_type: "password",
  username: upnOf(user),
  password: passwordOf(user),
  scope: graphScope,
});

/** Fifteen forms, made half a minute apart. */
async function fifteen(
  entra: LiveSimulation,
  make: MakeForm,
  userOf: (number: number) => string,
): Promise<readonly Form[]> {
  const made: Form[] = [];
  for (let number = 0; number < 15; number += 1) {
    made.push(await make(entra, userOf(number)));
    await entra.clock.advance("30s");
  }
  expect(new Set(made.map((form) => JSON.stringify(form))).size).toBe(15);
  return made;
}

describe("requests of own code without a hint", () => {
  it.each(Object.entries(forms))("are a storm when all are for one user: %s", async (_, make) => {
    const entra = await start();
    await inOutage(entra, await fifteen(entra, make, () => "adele"));
    expect(verdictOf(entra, "retry-storm")).toBe("fail");
  });

  it.each(Object.entries(forms))("are none when each is another user's: %s", async (_, make) => {
    const entra = await start();
    await inOutage(entra, await fifteen(entra, make, (number) => `crowd${number}`));
    expect(verdictOf(entra, "retry-storm")).toBe("pass");
    expect(verdictOf(entra, "backoff")).toBe("inconclusive");
  });

  it("are a storm also with a refresh token that rotates between failures", async () => {
    const entra = await start();
    let { refresh_token: held = "" } = await tokensOf(entra, "adele");
    for (let number = 0; number < 15; number += 1) {
      await entra.clock.advance("10s");
      await entra.operate("load", async () => {
        const answer = await send(entra, renewalOf(held));
        ({ refresh_token: held } = (await answer.json()) as { refresh_token: string });
      });
    }
    expect(verdictOf(entra, "retry-storm")).toBe("fail");
  });
});

describe("a slice of a fault by user or tenant", () => {
  /** Whether a window with this slice takes the request. */
  async function takes(where: FaultSlice, make: MakeForm, address?: Address): Promise<boolean> {
    const entra = await start();
    const form = await make(entra, "adele");
    entra.faults([{ ...throttledWindow, where }]);
    const { status } = await send(entra, form, address);
    await entra.stop();
    return status === 429;
  }

  it.each(Object.entries({ ...forms, password }))(
    "matches whom the service knows: %s",
    async (_, make) => {
      for (const user of ["adele", "adele@contoso.example", ADELE, `${ADELE}.${CONTOSO}`])
        expect(await takes({ user }, make)).toBe(true);
      expect(await takes({ user: "megan" }, make)).toBe(false);
    },
  );

  it.each(["contoso", CONTOSO, "contoso.onmicrosoft.com"])(
    "matches a tenant by each name: %s",
    async (tenant) => {
      const { refresh_token: make } = forms;
      for (const segment of ["contoso.example", CONTOSO, "common", "organizations"])
        expect(await takes({ tenant }, make as MakeForm, { tenant: segment })).toBe(true);
      expect(await takes({ tenant: "fabrikam" }, make as MakeForm, { tenant: "common" })).toBe(
        false,
      );
      expect(await takes({ tenant: "common" }, make as MakeForm, { tenant: "common" })).toBe(true);
    },
  );
});
