/** Profiles of one browser know nothing of each other. */
import { afterAll, describe, expect, it } from "vitest";
import { wantsNoBrowser } from "../../browser/launch/find-browser.ts";
import { createResponse } from "../../core/http/message.ts";
import { browserMounts } from "../mount-names.ts";
import { HOST } from "../../../test/support/mount.ts";
import { closeBrowser, startBrowserBench } from "../../../test/support/mount-browser.ts";

afterAll(closeBrowser);

describe.skipIf(wantsNoBrowser())("profiles side by side", () => {
  it.each(browserMounts)("have cookies, storage and simulators of their own: %s", async (mount) => {
    const benches = await Promise.all(Array.from({ length: 6 }, () => startBrowserBench(mount)));
    const seen = await Promise.all(
      benches.map(async ({ serve, drive, page, profile }, number) => {
        serve({
          handle: ({ headers }) =>
            Promise.resolve(
              createResponse(`<title>${number} ${headers.get("cookie") ?? "no cookie"}</title>`, {
                status: 200,
                headers: [
                  ["Content-Type", "text/html"],
                  ["Set-Cookie", `who=${number}; Path=/; Secure`],
                ],
              }),
            ),
        });
        const titles: string[] = [];
        for (let time = 0; time < 2; time += 1) {
          await drive(() => page.goto(`${HOST}/?${time}`));
          titles.push(await page.title());
        }
        const others = await page.evaluate((mine) => {
          const before = localStorage.length;
          localStorage.setItem("who", mine);
          return before;
        }, String(number));
        return [...titles, others, (await profile.context.cookies()).length];
      }),
    );
    await Promise.all(benches.map((bench) => bench.stop()));
    expect(seen).toEqual(
      benches.map((_, number) => [`${number} no cookie`, `${number} who=${number}`, 0, 1]),
    );
  });
});
