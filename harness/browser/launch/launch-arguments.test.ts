/** What is no matter of opinion about the arguments; that the pin holds, `launch.spec.ts` sees. */
import { expect, it } from "vitest";
import { launchArguments, proxyArguments } from "./launch-arguments.ts";

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

it("leave the rest to the program that launches a browser behind a proxy", () => {
  const args = proxyArguments({ url: "http://127.0.0.1:8080", bypass: "localhost,[::1]" });
  expect(args).toEqual(
    expect.arrayContaining([
      "--proxy-server=http://127.0.0.1:8080",
      "--proxy-bypass-list=localhost;[::1]",
      "--disable-quic",
    ]),
  );
  expect(args).not.toContain("--no-sandbox");
  expect(args).toContain(launchArguments().at(-1));
});
