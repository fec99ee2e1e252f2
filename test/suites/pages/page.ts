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
