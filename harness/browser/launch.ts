import type { Browser } from "@playwright/test";
let browser: Promise<Browser> | undefined;
export async function launchBrowser(): Promise<Browser> {
  browser ??= (async () => {
    const { chromium } = await import("@playwright/test");
    return chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split(
        " ",
      ),
    });
  })();
  return browser;
}
