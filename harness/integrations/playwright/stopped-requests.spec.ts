/** What a window asks for while it closes, no route of Playwright answers any more: it is stopped, and the test may pass. */
import { expect, test } from "../playwright.ts";

test("what a popup asks for while it closes does not fail the test", async ({
  context,
  page,
  entra,
}) => {
  await context.route("https://telemetry.example.com/**", (route) => route.abort());
  await context.route("http://localhost:5173/popup", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<p>Signing in</p><script>
        addEventListener("pagehide", () => navigator.sendBeacon("https://telemetry.example.com/closed"));
      </script>`,
    }),
  );
  await page.goto("http://localhost:5173/good/");
  const opened = page.waitForEvent("popup");
  await page.evaluate(() => {
    (globalThis as { popup?: Window | null }).popup = open("/popup");
  });
  await (await opened).getByText("Signing in").waitFor();
  await page.evaluate(() => (globalThis as { popup?: Window | null }).popup?.close());
  await expect
    .poll(() => entra.timeline())
    .toContain("a request to the unmocked host telemetry.example.com was stopped");
});

test.fail("what a window that stays asks for in vain fails the test", async ({ page }) => {
  await page.goto("http://localhost:5173/good/");
  const opened = page.waitForEvent("popup");
  await page.evaluate(() => {
    (globalThis as { popup?: Window | null }).popup = open("/good/");
  });
  await (await opened).close();
  // The browser asks for leave first, and that is what fails.
  const answer = await page.evaluate(() =>
    fetch("https://api.example.com/stock", { headers: { authorization: "Bearer x" } }).catch(
      String,
    ),
  );
  // Otherwise the failure that is expected would be this one.
  if (answer !== "TypeError: Failed to fetch") test.skip();
});
