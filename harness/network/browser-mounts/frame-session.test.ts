import type { BrowserContext } from "@playwright/test";
import { afterAll, describe, expect, it } from "vitest";
import { wantsNoBrowser } from "../../browser/launch/find-browser.ts";
import { createResponse } from "../../core/http/message.ts";
import { createFrameSession } from "./frame-session.ts";
import { browserMounts } from "../mount-names.ts";
import { HOST } from "../../../test/support/mount.ts";
import { closeBrowser, startBrowserBench } from "../../../test/support/mount-browser.ts";

const frame = [
  ["Sec-Fetch-Dest", "iframe"],
  ["Sec-Fetch-Site", "cross-site"],
] as const;
const cookieOf = (headers: readonly (readonly [string, string])[]): string | undefined =>
  headers.find(([name]) => name.toLowerCase() === "cookie")?.[1];

/** A browser that keeps these cookies for the host. */
const keeping = (...pairs: readonly (readonly [string, string])[]): BrowserContext["cookies"] =>
  ((url: string) =>
    Promise.resolve(
      url.startsWith(`${HOST}/`) ? pairs.map(([name, value]) => ({ name, value })) : [],
    )) as never;

describe("the session in frames of another site", () => {
  it("is visible when the setting says so, also without a cookie from the browser", async () => {
    const session = createFrameSession("visible", keeping(["ESTSAUTH", "a"], ["fpc", "b"]));
    const sent = [...frame, ["Cookie", "fpc=b"]] as const;
    expect(cookieOf(await session.adjust(`${HOST}/authorize`, sent))).toBe("ESTSAUTH=a; fpc=b");
    const other = "https://login.microsoftonline.us/authorize";
    expect(cookieOf(await session.adjust(other, frame))).toBeUndefined();
    const gone = createFrameSession("visible", () => Promise.reject(new Error("closed")));
    expect(cookieOf(await gone.adjust(`${HOST}/`, frame))).toBeUndefined();
  });

  it("is blocked when the setting says so, even where the browser sends it", async () => {
    const session = createFrameSession("blocked", keeping(["ESTSAUTH", "a"]));
    const sent = [...frame, ["Cookie", "ESTSAUTH=a"]] as const;
    expect(cookieOf(await session.adjust(`${HOST}/`, sent))).toBeUndefined();
  });

  it.each([
    ["a page", [["Sec-Fetch-Dest", "document"]]],
    [
      "a frame of its own site",
      [
        ["Sec-Fetch-Dest", "iframe"],
        ["Sec-Fetch-Site", "same-origin"],
      ],
    ],
  ] as const)("of %s is the browser's own business", async (_, headers) => {
    for (const policy of ["visible", "blocked"] as const) {
      const session = createFrameSession(policy, keeping(["ESTSAUTH", "a"]));
      const sent = [...headers, ["Cookie", "x=1"]] as const;
      expect(await session.adjust(`${HOST}/`, sent)).toEqual(sent);
    }
  });

  it("is left alone without a setting", async () => {
    const session = createFrameSession(undefined, keeping(["ESTSAUTH", "a"]));
    expect(await session.adjust(`${HOST}/`, frame)).toEqual(frame);
  });
});

describe.skipIf(wantsNoBrowser())("in a real browser", () => {
  afterAll(closeBrowser);

  it.each(browserMounts)("ends when a test clears the cookies: %s", async (mount) => {
    const bench = await startBrowserBench(mount, { sessionInFrames: "visible" });
    const { profile, page } = bench;
    const inFrame: (string | null)[] = [];
    bench.serve({
      handle: ({ url, headers }) => {
        if (url.endsWith("/frame")) inFrame.push(headers.get("cookie"));
        return Promise.resolve(
          createResponse("<title>The service</title>", {
            status: 200,
            headers: [
              ["Content-Type", "text/html"],
              ...(url.endsWith("/sign-in")
                ? [["Set-Cookie", "ESTSAUTH=a; Path=/; Secure; HttpOnly"] as const]
                : []),
            ],
          }),
        );
      },
    });
    const embed = (): Promise<void> =>
      bench.drive(() =>
        page.evaluate(
          (host) =>
            new Promise<void>((resolve) => {
              const element = document.createElement("iframe");
              element.addEventListener("load", () => resolve());
              element.src = `${host}/frame`;
              document.body.append(element);
            }),
          HOST,
        ),
      );
    const tab = await profile.context.newPage();
    await bench.drive(() => tab.goto(`${HOST}/sign-in`));
    await embed();
    await profile.context.clearCookies();
    await embed();
    await bench.stop();
    expect(inFrame).toEqual(["ESTSAUTH=a", null]);
  });
});
