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

it("resolves for a page whose tokens name no one, as the service knows whose code it was", async () => {
  const events: HistoryEvent[] = [];
  const session = { recorder: { events }, refusals: () => [] } as unknown as Parameters<
    typeof signIn
  >[0]["session"];
  const action = async (): Promise<unknown> => events.push(...redeemed);
  await expect(
    signIn({ session, world: contoso, person: "adele", account: ADELE, action }),
  ).resolves.toBeUndefined();
});
