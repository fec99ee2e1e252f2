import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { appFiles, fileInReadme, root } from "./readme.ts";

describe("README", () => {
  it.each(appFiles)("shows the example app's %s as it is", (name) => {
    const file = readFileSync(`${root}examples/page/${name}`, "utf8");
    expect(fileInReadme(name)).toBe(
      file.replace("../../harness/integrations/playwright.ts", "brownout/playwright"),
    );
  });

  it("has one page for both apps", () => {
    const page = (app: string): string =>
      readFileSync(`${root}examples/page/${app}/index.html`, "utf8");
    expect(page("careless")).toBe(page("good"));
  });
});
