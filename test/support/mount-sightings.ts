/** What a page, a tab and a hidden iframe see of one answer, in the words of `docs/browser.md`. */
import type { Page, Request } from "@playwright/test";
import { lookAtScreen } from "../../harness/browser/agent/screen.ts";
import type { BrowserBench } from "./mount-browser.ts";

export interface Sightings {
  /** What a call of a page to another origin comes to. */
  readonly call: string;
  /** What Playwright's `requestfailed` says of the call; empty when it does not fail. */
  readonly failed: string;
  /** What a person sees who goes there in a tab. */
  readonly tab: string;
  /** What a hidden iframe comes to. */
  readonly frame: string;
}

/** Looks at an answer in all three ways at once. */
export async function see({ page, profile, drive }: BrowserBench, url: string): Promise<Sightings> {
  const failures: string[] = [];
  const note = (failed: Request): void => {
    if (failed.resourceType() === "fetch") failures.push(failed.failure()?.errorText ?? "");
  };
  page.on("requestfailed", note);
  const tab = await profile.context.newPage();
  try {
    const [call, gone] = await drive(() =>
      Promise.all([page.evaluate(callIt, url), goThere(tab, url), frameIt(page, url)]),
    );
    const screen = await lookAtScreen(tab);
    return {
      call,
      // A response that arrived whole has not failed, even if its connection is closed later.
      failed: call.includes("TypeError") ? failures.join(", ") : "",
      tab: `${gone}${screen?.text ?? screen?.shows ?? "nothing"}`,
      frame: await titleOf(page),
    };
  } finally {
    page.off("requestfailed", note);
    await tab.close();
    await page.evaluate(() => document.querySelector("iframe")?.remove());
  }
}

/** Runs in the page. */
async function callIt(address: string): Promise<string> {
  const beganAt = new Date().getTime();
  const later = (): string => {
    const seconds = (new Date().getTime() - beganAt) / 1_000;
    return seconds === 0 ? "" : ` after ${seconds} s`;
  };
  try {
    const form = new URLSearchParams({ grant_type: "refresh_token" });
    const response = await fetch(address, { method: "POST", body: form });
    const retryAfter = response.headers.get("retry-after");
    const more = retryAfter === null ? "" : `, Retry-After ${retryAfter}`;
    const head = `${response.status}${more}${later()}`;
    let bytes = 0;
    try {
      const reader = response.body?.getReader();
      for (;;) {
        const part = await reader?.read();
        if (part === undefined || part.done) break;
        bytes += part.value.length;
      }
    } catch (error) {
      return `${head}; a part${later()}, then ${String(error)}`;
    }
    return `${head}; ${bytes === 0 ? "no" : "whole"} body${later()}`;
  } catch (error) {
    return `${String(error)}${later()}`;
  }
}

async function goThere(tab: Page, url: string): Promise<string> {
  const ended = documentEnded(tab);
  try {
    const response = await tab.goto(url, { waitUntil: "commit" });
    return `${response?.status() ?? "no answer"}${(await ended) === "whole" ? "" : ", a part"}: `;
  } catch (error) {
    if (!String(error).includes("net::")) throw error;
    await tab.waitForURL(/^chrome-error:/);
    return "";
  }
}

async function frameIt(page: Page, url: string): Promise<void> {
  const ended = documentEnded(page);
  await page.evaluate((address) => {
    const frame = document.createElement("iframe");
    frame.style.display = "none";
    frame.src = address;
    document.body.append(frame);
  }, url);
  await ended;
}

/** A document of which an end is missing never says that it has loaded. */
function documentEnded(page: Page): Promise<"whole" | "broken"> {
  return new Promise((resolve) => {
    page.on("requestfinished", (request) => {
      if (request.isNavigationRequest()) resolve("whole");
    });
    page.on("requestfailed", (request) => {
      if (request.isNavigationRequest()) resolve("broken");
    });
  });
}

async function titleOf(page: Page): Promise<string> {
  const frame = page.frames().find((one) => one.parentFrame() !== null);
  if (frame === undefined) return "no frame";
  const screen = await frame.waitForFunction(() =>
    // A frame that fails shows its error page a moment later.
    location.href === "about:blank" ? undefined : `${location.protocol}${document.title}`,
  );
  const seen = String(await screen.jsonValue());
  if (seen.startsWith("chrome-error:")) return "the browser's own error page";
  return seen.replace(/^https:/, "") || "no title";
}
