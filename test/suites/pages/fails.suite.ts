import { type EntraOptions, expect, test } from "../../../harness/integrations/playwright.ts";
import { ask, askGraph, KEYS, openPage, SIGN_IN } from "./page.ts";

test("nothing was shown", async ({ page, entra }) => {
  await openPage(page);
  entra.outage({ for: "1h" });
  await ask(page);
  expect(entra).toHaveRecovered();
});

test("nor its opposite", async ({ page, entra }) => {
  await openPage(page);
  expect(entra).not.toHaveRecovered();
});

test("a host that is not simulated, swallowed", async ({ page }) => {
  await openPage(page);
  expect(await ask(page, "https://telemetry.example.com/hit")).toBe("TypeError");
});

test("a page that loads what no one answers", async ({ page }) => {
  await page.route("http://localhost:5180/", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<h1>Mine</h1>
        <link rel="stylesheet" href="https://styles.example.com/a.css">
        <script src="https://cdn.example.com/app.js"></script>
        <script>
          fetch("https://api.example.com/stock").catch(() => console.error("no stock"));
          framework.start();
        </script>`,
    }),
  );
  await page.goto("http://localhost:5180/");
  await page.getByRole("button", { name: "Sign in" }).click();
});

test("a page that dies while it loads", async ({ page }) => {
  await page.route("http://localhost:5180/**", (route) =>
    new URL(route.request().url()).pathname === "/"
      ? route.fulfill({
          contentType: "text/html",
          body: `<div id="root"></div><script src="/bundle.js"></script>
            <script>document.querySelector("#app").append("Mine");</script>`,
        })
      : route.fulfill({ status: 404 }),
  );
  await page.goto("http://localhost:5180/");
  await page.getByRole("button", { name: "Sign in" }).click();
});

test("a registration that the world has not", async ({ page }) => {
  await page.goto(SIGN_IN.replace("5180%2Fredirect.html", "5180%2Felsewhere"));
  await page.getByRole("button", { name: "Sign in" }).click();
});

test("an outage misspelt", ({ entra }) => {
  entra.outage("throtled" as never);
});

test("a sign-in that never comes", async ({ page, entra }) => {
  test.setTimeout(60_000);
  await openPage(page);
  await entra.signIn("adele", () => page.getByRole("heading").click());
});

test("no one signs in at the sign-in page", async ({ page }) => {
  await page.goto(SIGN_IN);
  await expect(page.getByText("Budget")).toBeVisible({ timeout: 500 });
});

test("a form of the app's own is not filled in by entra.signIn", async ({ page }) => {
  await page.route("http://localhost:5180/", (route) =>
    route.fulfill({ contentType: "text/html", body: '<input type="password">' }),
  );
  await page.goto("http://localhost:5180/");
  throw new Error("no sign-in page of Entra");
});

test("the test did not say what an API answers", async ({ page, entra }) => {
  entra.api("https://graph.microsoft.com/v1.0/me", { displayName: "Adele" });
  await openPage(page);
  await askGraph(page, "/me", "/me/messages", "/me/messages?$top=1");
  await expect(page.getByText("Budget")).toBeVisible({ timeout: 500 });
});

test("a long story with a loop in it", async ({ page, entra }) => {
  await openPage(page);
  for (let call = 0; call < 30; call += 1) await ask(page);
  for (let line = 0; line < 70; line += 1) entra.note(`line ${line}`);
  throw new Error("too long");
});

test("time runs out while time passes", async ({ page, entra }) => {
  test.setTimeout(8_000);
  await openPage(page);
  // Pages leap through time in which nothing happens: here something does, each second.
  await page.evaluate((url) => setInterval(() => void fetch(url), 1_000), KEYS);
  await entra.clock.advance("300d");
});

test.describe("with retries", () => {
  test.describe.configure({ retries: 1 });

  test("a second attempt", async ({ page, entra }, { retry }) => {
    await openPage(page);
    expect(entra.clock.elapsed()).toBeLessThan(30_000);
    await entra.clock.advance("1h");
    expect(await ask(page)).toBe(200);
    expect(retry).toBe(1);
  });
});

test.describe("an option misspelt", () => {
  test.use({ entraOptions: { setings: {} } as EntraOptions });
  test("an option misspelt", () => undefined);
});

test.describe("no such person", () => {
  test.use({ entraOptions: { user: "missing" } });
  test("no such person", () => undefined);
});
