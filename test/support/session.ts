/** What tests of sessions ask the simulator for. */
import { createRequest } from "../../harness/core/http/message.ts";
import type { LiveSimulation } from "../../harness/runner/live/live-simulation.ts";

/** A request for an app token of the fixture world's daemon. */
export function tokenRequest(): Request {
  return createRequest("https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: "33333333-cccc-4ccc-8ccc-000000000011",
      client_secret: "fixture-secret-of-nightly-daemon",
      scope: "api://orders/.default",
    }).toString(),
  });
}

/** A token of that daemon. */
export async function askForToken({ mounted }: LiveSimulation): Promise<string> {
  const response = await mounted.fetch(tokenRequest());
  const { access_token: token } = (await response.json()) as { readonly access_token: string };
  return token;
}
