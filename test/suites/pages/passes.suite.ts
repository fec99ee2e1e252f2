import { expect, test } from "../../../harness/integrations/playwright.ts";
import { ask, KEYS, openPage } from "./page.ts";

test("reaches the service over TLS", async ({ page, entra }) => {
  await openPage(page);
  expect(await ask(page)).toBe(200);
  expect(entra.requests().map(({ endpoint }) => endpoint)).toEqual(["keys"]);
});

test("certificates of others are still refused", async ({ page, ignoreHTTPSErrors }) => {
  await openPage(page);
  expect(ignoreHTTPSErrors).toBe(false);
});

test("the suite's own arguments are kept beside ours", ({ launchOptions }) => {
  expect(launchOptions.args).toContain("--window-name=mine");
  expect(launchOptions.args?.length).toBeGreaterThan(5);
});

test.describe("begins when the test says so", () => {
  test.use({ entraOptions: { startsAt: "2030-01-01T00:00:00Z", app: { name: "mine" } } });

  test("begins when the test says so", async ({ page, entra }) => {
    await openPage(page);
    expect(await page.evaluate(() => new Date().getUTCFullYear())).toBe(2030);
    expect(entra.history().header.client.name).toBe("mine");
  });
});

test.describe("under the mount route", () => {
  test.use({ entraOptions: { mount: "route" } });

  test("under the mount route", async ({ page, entra }) => {
    await openPage(page);
    entra.outage({ for: "1h" });
    // An answer without CORS headers is none to a page: the mount adds none.
    expect(await ask(page)).toBe("TypeError");
    await entra.clock.advance("2h");
    expect(await ask(page, KEYS)).toBe(200);
    expect(entra.history().header.mount).toBe("route");
  });
});

test.describe("a form of the app's own", () => {
  test.use({ entraOptions: { user: "adele" } });

  test("a form of the app's own is left to the test", async ({ page, entra }) => {
    const form = `<form method="post"><input name="login"><input type="password" name="own"><button type="submit">Enter</button></form>`;
    const posted: (string | null)[] = [];
    await page.route("http://localhost:5180/**", async (route) => {
      if (route.request().method() === "POST") posted.push(route.request().postData());
      await route.fulfill({ contentType: "text/html", body: `<title>Mine</title>${form}` });
    });
    await page.goto("http://localhost:5180/");
    // The person has looked at this page before they look at the next.
    await page.goto("https://login.microsoftonline.com/contoso.example/oauth2/v2.0/logout");
    await page.goto("http://localhost:5180/again");
    await page.waitForTimeout(300);
    expect(posted).toEqual([]);
    await expect(page.locator('[name="login"]')).toHaveValue("");
    expect(entra.history().events.map(({ kind }) => kind)).not.toContain("prompt-shown");
  });
});

test("hosts that the test answers for", async ({ page, entra }) => {
  entra.api("https://api.example.com/stock", { stock: 3 });
  entra.api("http://localhost:5180/api/orders", { orders: [] });
  await openPage(page);
  const read = (address: string): Promise<unknown> =>
    page.evaluate(async (url) => (await fetch(url)).json(), address);
  expect(await read("https://api.example.com/stock?of=tea")).toEqual({ stock: 3 });
  expect(await read("http://localhost:5180/api/orders")).toEqual({ orders: [] });
  entra.api("https://api.example.com/stock", { stock: 2 });
  expect(await read("https://api.example.com/stock")).toEqual({ stock: 2 });
});
