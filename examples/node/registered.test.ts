import { readFileSync } from "node:fs";
import { createWorld, fromRegistration } from "brownout";
import { useEntra } from "brownout/vitest";
import { expect, test } from "vitest";

// az ad app show --id CLIENT_ID > registration.json
const file = new URL("registration.json", import.meta.url);
const registration = JSON.parse(readFileSync(file, "utf8"));

const tenant = "7c1d2a90-4b1e-4c55-9a7e-2f8f0f5c9d11";
const entra = useEntra({ world: createWorld({ tenant, apps: [fromRegistration(registration)] }) });

test("the app gets a token for its own API, in the version that is registered", async () => {
  const answer = await entra.operate("ask", () =>
    fetch(`https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: registration.appId,
        client_secret: "fixture-secret-of-web",
        scope: "api://orders/.default",
      }),
    }),
  );
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  expect(claims).toMatchObject({ aud: "api://orders", ver: "1.0", appid: registration.appId });
});
