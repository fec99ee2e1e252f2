import { expect, it } from "vitest";
import type { FindingChange } from "../archive/reported-changes.ts";
import { changeLines, changesTitle, writeChanges } from "./changes-text.ts";

const item = (kind: FindingChange["kind"], rule: string, version = "7.2.1"): FindingChange => ({
  kind,
  scenario: "nightly",
  client: "msal-node",
  rule,
  finding: {
    scenario: "nightly",
    client: "msal-node",
    version,
    rule,
    verdict: "fail",
    message: "asked\nagain after <60 s>",
    baseline: "new",
  },
});
const changes = [item("fixed", "hang", ""), item("flickers", "backoff"), item("appeared", "tabs")];

it("the title names what there is, and nothing else", () => {
  expect(changesTitle(changes)).toBe("1 new finding, 1 finding coming and going, 1 fixed");
  expect(changesTitle([item("fixed", "hang")])).toBe("1 fixed");
  expect(changesTitle([item("appeared", "a"), item("appeared", "b")])).toBe("2 new findings");
});

it("lines begin with what is bad; of what was long ago no version is known", () => {
  expect(changeLines(changes).map((line) => line.split(/:(?= asked)| comes| holds/)[0])).toEqual([
    "New: nightly, msal-node 7.2.1: tabs",
    "Comes and goes: nightly, msal-node 7.2.1: backoff",
    "Fixed: nightly, msal-node: hang",
  ]);
});

it("the page has a section a kind, and no markup of others", () => {
  expect(writeChanges(changes.slice(2))).toBe(
    "# Brownout: 1 new finding\n\n## New\n\n- nightly, msal-node 7.2.1: tabs: asked again after &lt;60 s>\n",
  );
  const titles = writeChanges(changes).match(/^## .*$/gm);
  expect(titles).toEqual(["## New", "## Comes and goes", "## Fixed"]);
});
