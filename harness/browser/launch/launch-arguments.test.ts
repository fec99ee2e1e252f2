/** What is no matter of opinion about the arguments; that the pin holds, `launch.spec.ts` sees. */
import { expect, it } from "vitest";
import { launchArguments } from "./launch-arguments.ts";

it("leave the sandbox out for root only", () => {
  expect(launchArguments({ isRoot: true })).toContain("--no-sandbox");
  expect(launchArguments({ isRoot: false })).not.toContain("--no-sandbox");
  expect(launchArguments()).toEqual(launchArguments({ isRoot: process.getuid?.() === 0 }));
});

it("keep the browser from speaking HTTP/3, or to its maker", () => {
  expect(launchArguments()).toEqual(
    expect.arrayContaining([
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-auto-reload",
    ]),
  );
});
