import { expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import type { HistoryEvent } from "../../history/event.ts";
import { signIn } from "./sign-in.ts";

const ADELE = "55555555-eeee-4eee-8eee-000000000001.11111111-aaaa-4aaa-8aaa-000000000001";

/** What is recorded when a page redeems its code without `client_info`, for which only MSAL asks. */
const redeemed: readonly HistoryEvent[] = [
  {
    kind: "exchange-began",
    index: 0,
    at: 0,
    exchange: 1,
    method: "POST",
    url: "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token",
    host: "login.microsoftonline.com",
    endpoint: "token",
    grant: "authorization_code",
    subject: ADELE,
    headers: [],
  },
  {
    kind: "exchange-ended",
    index: 1,
    at: 0,
    exchange: 1,
    end: { kind: "response", status: 200, headers: [], bodyForm: "json", body: "{}" },
    servedBy: "primary",
    issued: { token: { accessToken: "at-1", expiresAt: 3_600_000 } },
  },
];

type Session = Parameters<typeof signIn>[0]["session"];

/** The page of a test, which is looked at on each turn of the event loop that its machine leaves the test. */
const openPage = (
  onTurn: (turn: number) => { readonly isLooked: boolean; readonly loads: boolean },
) => {
  const events: HistoryEvent[] = [];
  let [turns, looks, isLoading] = [0, 0, false];
  const page = { looks: () => looks, isLoading: () => isLoading };
  const signingIn = (action: () => Promise<unknown>): Promise<void> =>
    signIn({
      session: { recorder: { events }, refusals: () => [] } as unknown as Session,
      world: contoso,
      person: "adele",
      account: ADELE,
      action,
      page,
      pause: async () => {
        turns += 1;
        const { isLooked, loads } = onTurn(turns);
        if (isLooked) looks += 1;
        isLoading = loads;
      },
    });
  return { events, signingIn, turns: () => turns };
};

/** 20 ms a turn, and a look every 200 ms. */
const idle = (turn: number) => ({ isLooked: turn % 10 === 0, loads: false });

it("resolves for a page whose tokens name no one, as the service knows whose code it was", async () => {
  const { events, signingIn } = openPage(idle);
  await expect(signingIn(async () => events.push(...redeemed))).resolves.toBeUndefined();
});

it("ends after ten seconds of a page that does nothing", async () => {
  const { signingIn, turns } = openPage(idle);
  await expect(signingIn(async () => undefined)).rejects.toThrow(/not signed in within 10 s/);
  expect(turns()).toBeGreaterThanOrEqual(500);
  expect(turns()).toBeLessThan(550);
});

it.each([
  ["a page that loads its scripts", (turn: number) => ({ ...idle(turn), loads: turn < 1_200 })],
  [
    "a machine that has hardly time to look at the page",
    (turn: number) => ({ isLooked: turn % 60 === 0, loads: false }),
  ],
])("waits for %s longer than ten seconds", async (_, onTurn) => {
  const { events, signingIn } = openPage((turn) => {
    if (turn === 1_300) events.push(...redeemed);
    return onTurn(turn);
  });
  await expect(signingIn(async () => undefined)).resolves.toBeUndefined();
});

it("does not wait for ever for a page that loads for ever, or that cannot be looked at", async () => {
  const { signingIn, turns } = openPage(() => ({ isLooked: false, loads: true }));
  await expect(signingIn(async () => undefined)).rejects.toThrow(/not signed in/);
  expect(turns()).toBeLessThan(3_100);
});
