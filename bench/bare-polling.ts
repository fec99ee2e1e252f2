/**
 * The peer of the harness: the same MSAL calls on the same virtual clock, with a
 * `networkClient` that answers at once and nothing recorded, judged or signed.
 */
import { ConfidentialClientApplication, type INetworkModule } from "@azure/msal-node";
import { hours } from "../harness/core/time/duration.ts";
import { takeProcessClock } from "../harness/core/time/process-clock.ts";
import { createDirectory } from "../harness/entra/directory/directory.ts";
import { createEsts } from "../harness/entra/token-service/ests.ts";
import { createRequest } from "../harness/core/http/message.ts";
import { createRandom } from "../harness/core/random.ts";
import { contoso } from "../fixtures/worlds/contoso.ts";
import type { Polling } from "./polling.ts";

const TENANT = "11111111-aaaa-4aaa-8aaa-000000000001";
const CLIENT = "33333333-cccc-4ccc-8ccc-000000000013";
const SCOPES = ["https://graph.microsoft.com/User.Read"];

export async function runBarePolling(polling: Polling): Promise<number> {
  const { clock, release } = takeProcessClock(Date.UTC(2026, 2, 2, 8), 1);
  let calls = 0;
  const { headers, body } = await realAnswer(polling.tokenSeconds ?? 3_600);
  const answer = <T>(): Promise<{ headers: Record<string, string>; body: T; status: number }> =>
    Promise.resolve({ headers: { ...headers }, body: JSON.parse(body) as T, status: 200 });
  const networkClient: INetworkModule = {
    sendGetRequestAsync: answer,
    sendPostRequestAsync: answer,
  };
  const one = async (): Promise<void> => {
    const client = new ConfidentialClientApplication({
      auth: {
        clientId: CLIENT,
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

/** One real answer of the simulator: MSAL's own work depends on the size of tokens and headers. */
async function realAnswer(
  tokenSeconds: number,
): Promise<{ headers: Record<string, string>; body: string }> {
  const clock = { now: () => Date.UTC(2026, 2, 2, 8), sleep: () => Promise.resolve() };
  const settings = {
    ...contoso.settings,
    accessTokenLifetimeSeconds: tokenSeconds,
    refreshIn: "never" as const,
  };
  const directory = createDirectory(contoso, clock);
  const ests = createEsts({ directory, clock, random: createRandom("bench"), settings });
  const response = await ests(
    createRequest(`https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        client_id: CLIENT,
        client_secret: "fixture-secret-of-portal",
        grant_type: "password",
        username: "adele@contoso.example",
        password: "fixture-password-of-adele",
        scope: `${SCOPES.join(" ")} openid profile offline_access`,
        client_info: "1",
      }).toString(),
    }),
  );
  return { headers: Object.fromEntries(response.headers), body: await response.text() };
}
