/** README's Playwright suite and example app, word for word, with the packed package, in an empty project. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { wantsNoBrowser } from "../harness/browser/find-browser.ts";
import { appFiles, blockUnder, fileInReadme, root } from "./readme.ts";
import { installPacked, SLOW_MS, strangersEnvironment } from "./stranger.ts";

const { devDependencies } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  readonly devDependencies: Readonly<Record<string, string>>;
};

/** Tests in a folder of their own in `place`, where the tarball lies. */
export function readmePagesSuite(place: () => string): void {
  const folder = (): string => join(place(), "pages");
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder(), file)), { recursive: true });
    writeFileSync(join(folder(), file), text);
  };
  const start = (command: string, ...values: string[]) => {
    const options = { cwd: folder(), encoding: "utf8", env: strangersEnvironment } as const;
    const { status, stdout, stderr } = spawnSync(command, values, options);
    return { status, printed: stdout + stderr };
  };
  const five = blockUnder("In your own Playwright suite");

  /** The same app under a registration of its own, in README's world for one. */
  const writeOwnApp = (): void => {
    const world = fileInReadme("my-world.ts");
    const [, tenant = ""] = /tenant: "(.+)"/.exec(world) ?? [];
    const [, clientId = ""] = /clientId: "(.+)"/.exec(world) ?? [];
    for (const name of ["index.html", "main.ts", "tokens.ts"]) {
      const text = fileInReadme(`good/${name}`)
        .replaceAll(/11111111-aaaa-[-\w]+/g, tenant)
        .replaceAll(/33333333-cccc-[-\w]+/g, clientId);
      write(`own/${name}`, text);
    }
    write("my-world.ts", world);
    write(
      "own.spec.ts",
      `import { world } from "./my-world.ts";\n${five.replace("/good/", "/own/")}\ntest.use({ entraOptions: { world } });\n`,
    );
  };

  beforeAll(() => {
    mkdirSync(folder());
    write("package.json", '{ "name": "pages", "private": true, "type": "module" }');
    installPacked(
      place(),
      folder(),
      ...["@playwright/test", "vite", "@azure/msal-browser"].map(
        (name) => `${name}@${devDependencies[name]}`,
      ),
    );
    for (const name of appFiles) write(name, fileInReadme(name));
    write("careless/index.html", fileInReadme("good/index.html"));
    write("five.spec.ts", five);
    writeOwnApp();
  }, SLOW_MS);

  it.skipIf(wantsNoBrowser())("is green", { timeout: SLOW_MS }, () => {
    const { status, printed } = start("npx", "playwright", "test", "--reporter", "list");
    expect(printed).toMatch(/4 passed/);
    expect(status).toBe(0);
  });

  it.skipIf(wantsNoBrowser())(
    "is red for the careless app, and shows what happened",
    { timeout: SLOW_MS },
    () => {
      write(
        "careless.spec.ts",
        fileInReadme("mail.spec.ts").replace(/(?<=5173)\/good\//g, "/careless/"),
      );
      const { status, printed } = start(
        "npx",
        "playwright",
        "test",
        "careless.spec",
        "--reporter=list",
      );
      expect(printed).toMatch(/2 failed/);
      expect(printed.match(/toHaveText.* failed/g)).toHaveLength(2);
      expect(printed).toMatch(/\+30m [\d.]+s +exchange \d+ is answered: 503/);
      expect(status).toBe(1);
    },
  );

  it("type-checks in full, and not with a matcher misspelt", () => {
    const tsc = join(root, "node_modules", ".bin", "tsc");
    const strictly = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024"];
    const check = (file: string): string =>
      start(tsc, ...strictly, "--types", "", "--skipLibCheck", file).printed;
    write("wrong.ts", five.replace("toPassAllRules", "toPassAllRule"));
    expect(check("five.spec.ts")).toBe("");
    expect(check("wrong.ts")).toMatch(/'toPassAllRule' does not exist/);
  });
}
