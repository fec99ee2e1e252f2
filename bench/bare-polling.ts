/**
 * The peer of the harness: the same MSAL calls on the same virtual clock, with a
 * `networkClient` that answers at once and nothing recorded, judged or signed.
 */
import { ConfidentialClientApplication, type INetworkModule } from "@azure/msal-node";
import { hours } from "../harness/clock/duration.ts";
import { takeProcessClock } from "../harness/clock/process-clock.ts";
import type { Polling } from "./polling.ts";

const TENANT = "11111111-aaaa-4aaa-8aaa-000000000001";
const USER = "55555555-eeee-4eee-8eee-000000000001";
const SCOPES = ["https://graph.microsoft.com/User.Read"];

export async function runBarePolling(polling: Polling): Promise<number> {
  const { clock, release } = takeProcessClock(Date.UTC(2026, 2, 2, 8), 1);
  let calls = 0;
  const body = tokenAnswer();
  const answer = <T>(): Promise<{ headers: Record<string, string>; body: T; status: number }> =>
    Promise.resolve({ headers: {}, body: structuredClone(body) as T, status: 200 });
  const networkClient: INetworkModule = {
    sendGetRequestAsync: answer,
    sendPostRequestAsync: answer,
  };
  const one = async (): Promise<void> => {
    const client = new ConfidentialClientApplication({
      auth: {
        clientId: "33333333-cccc-4ccc-8ccc-000000000013",
        clientSecret: "fixture-secret-of-portal",
        authority: `https://login.microsoftonline.com/${TENANT}`,
      },
      system: { networkClient },
    });
    await client.acquireTokenByCode({
      scopes: SCOPES,
      redirectUri: "http://localhost:3000/redirect",
      code: "x",
    });
    const endsAt = clock.now() + hours(polling.hours);
    while (clock.now() < endsAt) {
      const [account] = await client.getTokenCache().getAllAccounts();
      if (account === undefined) throw new Error("the bare loop lost its account");
      await client.acquireTokenSilent({ scopes: SCOPES, account });
      calls += 1;
      await clock.sleep(polling.everyMs);
    }
  };
  await clock.drive(Promise.all(Array.from({ length: polling.clients }, one)));
  release();
  return calls;
}

function tokenAnswer(): Record<string, unknown> {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = {
    oid: USER,
    tid: TENANT,
    preferred_username: "adele@contoso.example",
    name: "Adele Vance",
    ver: "2.0",
  };
  return {
    token_type: "Bearer",
    scope: `openid profile ${SCOPES.join(" ")}`,
    expires_in: 3_600,
    ext_expires_in: 3_600,
    access_token: `${part({ alg: "RS256" })}.${part({ ...claims, scp: "User.Read" })}.x`,
    refresh_token: "refresh",
    id_token: `${part({ alg: "RS256" })}.${part(claims)}.x`,
    client_info: part({ uid: USER, utid: TENANT }),
  };
}
