/** Our HAR files in Chromium's own importer, which its developer tools use for "Import HAR file". */
import { expect, type Page, test } from "@playwright/test";
import { toHar } from "./har.ts";
import { throttledDaemon } from "../../test/support/history.ts";

interface Imported {
  readonly url: string;
  readonly method: string;
  readonly status: number;
  /** Seconds. */
  readonly began: number;
  readonly retryAfter: string | undefined;
  readonly body: string | null;
}

/** What the developer tools read from it. */
async function importHar(page: Page, text: string): Promise<readonly Imported[]> {
  await page.goto("devtools://devtools/bundled/devtools_app.html");
  return page.evaluate(async (har) => {
    const path = "./models/har/har.js";
    const { HARFormat, Importer } = (await import(path)) as {
      readonly HARFormat: { readonly HARRoot: new (root: unknown) => { readonly log: unknown } };
      readonly Importer: {
        readonly Importer: { readonly requestsFromHARLog: (log: unknown) => readonly Request[] };
      };
    };
    interface Request {
      readonly requestMethod: string;
      readonly statusCode: number;
      readonly startTime: number;
      readonly responseHeaders: readonly { readonly name: string; readonly value: string }[];
      url(): string;
      requestContentData(): Promise<{ readonly text?: string }>;
    }
    const { log } = new HARFormat.HARRoot(JSON.parse(har));
    const requests = Importer.Importer.requestsFromHARLog(log);
    return Promise.all(
      requests.map(async (request) => ({
        url: request.url(),
        method: request.requestMethod,
        status: request.statusCode,
        began: request.startTime,
        retryAfter: request.responseHeaders.find(({ name }) => name.toLowerCase() === "retry-after")
          ?.value,
        body: (await request.requestContentData()).text ?? null,
      })),
    );
  }, text);
}

test("is taken with its requests, times, headers and bodies", async ({ page }) => {
  const text = toHar(throttledDaemon());
  const { log } = JSON.parse(text) as {
    log: { entries: { startedDateTime: string; response: { status: number } }[] };
  };
  const imported = await importHar(page, text);
  expect(imported.map(({ status }) => status)).toEqual(
    log.entries.map(({ response }) => response.status),
  );
  expect(imported.map(({ began }) => began * 1_000)).toEqual(
    log.entries.map(({ startedDateTime }) => Date.parse(startedDateTime)),
  );
  expect(imported[0]).toMatchObject({ method: "POST", status: 429, retryAfter: "60" });
  expect(imported[0]?.url).toMatch(/^https:\/\/login\.microsoftonline\.com\/.*\/token/);
  expect(imported.some(({ body }) => body?.includes("access_token") === true)).toBe(true);
});

test("is refused where it has no log", async ({ page }) => {
  await expect(importHar(page, "{}")).rejects.toThrow();
});
