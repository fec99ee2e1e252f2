import { expect, it } from "vitest";
import type { ExchangeBegan, ExchangeEnded } from "../../../history/event.ts";
import { issuedBySignIn, issuedTo } from "./sign-in-outcome.ts";

const ADELE = "55555555-eeee-4eee-8eee-000000000001.11111111-aaaa-4aaa-8aaa-000000000001";

/** An answer with a token for a person, which the service knows by the session or by the code alone. */
function issue(exchange: number, grant: string): readonly [ExchangeBegan, ExchangeEnded] {
  const token = { accessToken: `at-${exchange}`, expiresAt: 3_600_000 };
  return [
    {
      kind: "exchange-began",
      index: 2 * exchange,
      at: 0,
      exchange,
      method: "POST",
      url: "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token",
      host: "login.microsoftonline.com",
      endpoint: "token",
      grant,
      subject: ADELE,
      headers: [],
    },
    {
      kind: "exchange-ended",
      index: 2 * exchange + 1,
      at: 0,
      exchange,
      end: { kind: "response", status: 200, headers: [], bodyForm: "json", body: "{}" },
      servedBy: "primary",
      issued: { token },
    },
  ];
}

it("knows the token of a sign-in from one that a client has renewed in the meantime", () => {
  const renewed = issue(1, "refresh_token");
  expect(issuedTo(ADELE, renewed)?.accessToken).toBe("at-1");
  expect(issuedBySignIn(ADELE, renewed)).toBeUndefined();
  const both = [...issue(2, "authorization_code"), ...issue(3, "refresh_token")];
  expect(issuedBySignIn(ADELE, both)?.accessToken).toBe("at-2");
});
