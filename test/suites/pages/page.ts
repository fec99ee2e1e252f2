/** A page of an application that asks Entra for something, without a server or a library. */
import type { Page } from "@playwright/test";

export const KEYS = "https://login.microsoftonline.com/common/discovery/v2.0/keys";

export async function openPage(page: Page): Promise<void> {
  await page.route("http://localhost:5180/", (route) =>
    route.fulfill({ contentType: "text/html", body: "<title>Mine</title><h1>Mine</h1>" }),
  );
  await page.goto("http://localhost:5180/");
}

/** The status of an answer, or the name of the error. */
export const ask = (page: Page, address = KEYS): Promise<number | string> =>
  page.evaluate(
    (url) =>
      fetch(url).then(
        ({ status }) => status,
        (error: unknown) => (error as Error).name,
      ),
    address,
  );

const TENANT = "https://login.microsoftonline.com/contoso.example/oauth2/v2.0";

/** A sign-in page, as a redirect to it would show it. */
export const SIGN_IN = `${TENANT}/authorize?${new URLSearchParams({
  client_id: "33333333-cccc-4ccc-8ccc-000000000016",
  redirect_uri: "http://localhost:5180/redirect.html",
  response_type: "code",
  scope: "openid",
}).toString()}`;

/** Asks Graph at these addresses with a good token. */
export const askGraph = (page: Page, ...paths: readonly string[]): Promise<void> =>
  page.evaluate(
    async ({ url, body, addresses }) => {
      const response = await fetch(url, { method: "POST", body: new URLSearchParams(body) });
      const { access_token: token } = (await response.json()) as { access_token: string };
      for (const address of addresses)
        await fetch(address, { headers: { authorization: `Bearer ${token}` } });
    },
    {
      url: `${TENANT}/token`,
      body: {
        grant_type: "password",
        client_id: "33333333-cccc-4ccc-8ccc-000000000015",
        scope: "https://graph.microsoft.com/User.Read",
        username: "adele@contoso.example",
        password: "fixture-password-of-adele",
      },
      addresses: paths.map((path) => `https://graph.microsoft.com/v1.0${path}`),
    },
  );
