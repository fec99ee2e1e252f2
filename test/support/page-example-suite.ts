/** `examples/page/`, file by file as it is, with the packed package in an empty project. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { wantsNoBrowser } from "../../harness/browser/launch/find-browser.ts";
import { root } from "./guides.ts";
import { installPacked, SLOW_MS, cleanEnvironment } from "../clean-machine.ts";

const read = (file: string): string => readFileSync(`${root}examples/page/${file}`, "utf8");

/** Tests in a folder of their own in `place`, where the tarball lies. */
export function pageExampleSuite(place: () => string): void {
  const folder = (): string => join(place(), "page-example");
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder(), file)), { recursive: true });
    writeFileSync(join(folder(), file), text);
  };
  const start = (command: string, ...values: string[]) => {
    const options = { cwd: folder(), encoding: "utf8", env: cleanEnvironment } as const;
    const { status, stdout, stderr } = spawnSync(command, values, options);
    return { status, printed: stdout + stderr };
  };
  const playwright = (...specs: string[]) =>
    start("npx", "playwright", "test", ...specs, "--reporter=list");

  /** The good app under a registration of its own, in the example's world for it. */
  const writeOwnApp = (): void => {
    const world = read("my-world.ts");
    const [, tenant = ""] = /tenant: "(.+)"/.exec(world) ?? [];
    const [, clientId = ""] = /clientId: "(.+)"/.exec(world) ?? [];
    for (const name of ["index.html", "main.ts", "tokens.ts"]) {
      const text = read(`good/${name}`)
        .replaceAll(/11111111-aaaa-[-\w]+/g, tenant)
        .replaceAll(/33333333-cccc-[-\w]+/g, clientId);
      write(`own/${name}`, text);
    }
    write(
      "own.spec.ts",
      `import { world } from "./my-world.ts";\n${read("outage.spec.ts").replace("/good/", "/own/")}\ntest.use({ entraOptions: { world } });\n`,
    );
  };

  beforeAll(() => {
    cpSync(`${root}examples/page`, folder(), { recursive: true });
    installPacked(place(), folder());
    writeOwnApp();
    write("hurried.spec.ts", read("mail.spec.ts").replaceAll("5173/good/", "5173/careless/"));
  }, SLOW_MS);

  it.skipIf(wantsNoBrowser())("passes its tests", { timeout: SLOW_MS }, () => {
    const { status, printed } = playwright("mail.spec", "outage.spec", "own.spec");
    expect(printed).toMatch(/4 passed/);
    expect(status).toBe(0);
  });

  it.skipIf(wantsNoBrowser())(
    "fails with the careless app, and shows what happened",
    { timeout: SLOW_MS },
    () => {
      const { status, printed } = playwright("hurried.spec");
      expect(printed).toMatch(/2 failed/);
      expect(printed.match(/toHaveText.* failed/g)).toHaveLength(2);
      expect(printed).toMatch(/\+30m [\d.]+s +exchange \d+ is answered: 503/);
      expect(status).toBe(1);
    },
  );

  it("type-checks, and not with a matcher misspelt", () => {
    const tsc = join(root, "node_modules", ".bin", "tsc");
    const strictly = [
      "--ignoreConfig",
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2024",
    ];
    const check = (file: string): string =>
      start(tsc, ...strictly, "--types", "", "--skipLibCheck", file).printed;
    write("wrong.ts", read("outage.spec.ts").replace("toPassAllRules", "toPassAllRule"));
    expect(check("outage.spec.ts")).toBe("");
    expect(check("wrong.ts")).toMatch(/'toPassAllRule' does not exist/);
  });
}
