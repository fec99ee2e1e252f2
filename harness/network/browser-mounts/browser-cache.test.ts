/** A browser keeps what it was served by the machine's time; the proxy makes it the simulator's. */
import { afterAll, describe, expect, it } from "vitest";
import { wantsNoBrowser } from "../../browser/launch/find-browser.ts";
import { processBrowser } from "../../browser/launch/launch.ts";
import { hours } from "../../core/time/duration.ts";
import { createVirtualClock } from "../../core/time/virtual-clock.ts";
import { createResponse } from "../../core/http/message.ts";
import { mount } from "./proxy.ts";

describe.skipIf(wantsNoBrowser())("the cache of a browser", () => {
  afterAll(() => processBrowser.close());

  it("keeps an answer for its virtual life, and no longer", async () => {
    const clock = createVirtualClock({ startMs: 1_772_438_400_000, shared: true });
    let answers = 0;
    const mounted = await mount.start({
      clock,
      gate: clock.gate,
      service: {
        connect: () => Promise.resolve(),
        handle: () => {
          answers += 1;
          const headers = [["Cache-Control", "max-age=86400, private"]] as const;
          return Promise.resolve(createResponse(String(answers), { status: 200, headers }));
        },
      },
    });
    const { browser } = mounted;
    if (browser === undefined) throw new Error("the mount has no browser");
    const { context, time } = await browser.openProfile();
    const page = await context.newPage();
    await page.goto("https://login.microsoftonline.com/page");
    const ask = (): Promise<string> =>
      clock.drive(
        time.during(() => page.evaluate(() => fetch("/metadata").then((answer) => answer.text()))),
      );
    expect([await ask(), await ask()]).toEqual(["2", "2"]);
    await clock.drive(clock.sleep(hours(20)));
    expect(await ask()).toBe("2");
    await clock.drive(clock.sleep(hours(5)));
    expect([await ask(), await ask()]).toEqual(["3", "3"]);
    await mounted.stop();
  });
});
