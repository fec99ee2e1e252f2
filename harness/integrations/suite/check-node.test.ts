import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { NEEDED_NODE, requireNode } from "./check-node.ts";

it("asks for the Node of package.json", () => {
  const manifest = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const { engines } = JSON.parse(manifest) as { readonly engines: { readonly node: string } };
  expect(`>=${NEEDED_NODE}`).toBe(engines.node);
});

it.each(["18.20.1", "20.20.2", "22.22.0", "24.13.9"])("refuses %s in one sentence", (version) => {
  expect(() => requireNode(version)).toThrow(
    `virtual time needs Node 24.14 or newer for the tests, and this is ${version}. Run them`,
  );
});

it.each(["24.14.0", "24.21.0", "25.0.0"])("takes %s", (version) => {
  expect(() => requireNode(version)).not.toThrow();
});
