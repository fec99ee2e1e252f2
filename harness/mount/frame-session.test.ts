import { describe, expect, it } from "vitest";
import { createFrameSession } from "./frame-session.ts";

const HOST = "login.microsoftonline.com";
const frame = [
  ["Sec-Fetch-Dest", "iframe"],
  ["Sec-Fetch-Site", "cross-site"],
] as const;
const cookieOf = (headers: readonly (readonly [string, string])[]): string | undefined =>
  headers.find(([name]) => name.toLowerCase() === "cookie")?.[1];

describe("the session in frames of another site", () => {
  it("is visible when the setting says so, whatever the browser sends along", () => {
    const session = createFrameSession("visible");
    expect(cookieOf(session.adjust(HOST, frame))).toBeUndefined();
    session.learn(HOST, ["ESTSAUTH=a; path=/; secure", "fpc=b; path=/"]);
    expect(cookieOf(session.adjust(HOST, frame))).toBe("ESTSAUTH=a; fpc=b");
    expect(cookieOf(session.adjust("login.microsoftonline.us", frame))).toBeUndefined();
    session.learn(HOST, ["ESTSAUTH=; expires=Thu, 01-Jan-1970 00:00:00 GMT"]);
    expect(cookieOf(session.adjust(HOST, frame))).toBe("fpc=b");
  });

  it("is blocked when the setting says so, even where the browser sends it", () => {
    const session = createFrameSession("blocked");
    session.learn(HOST, ["ESTSAUTH=a"]);
    expect(cookieOf(session.adjust(HOST, [...frame, ["Cookie", "ESTSAUTH=a"]]))).toBeUndefined();
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
  ] as const)("of %s is the browser's own business", (_, headers) => {
    for (const policy of ["visible", "blocked"] as const) {
      const session = createFrameSession(policy);
      session.learn(HOST, ["ESTSAUTH=a"]);
      const sent = [...headers, ["Cookie", "x=1"]] as const;
      expect(session.adjust(HOST, sent)).toEqual(sent);
    }
  });

  it("is left alone without a setting", () => {
    const session = createFrameSession(undefined);
    session.learn(HOST, ["ESTSAUTH=a"]);
    expect(session.adjust(HOST, frame)).toEqual(frame);
  });
});
