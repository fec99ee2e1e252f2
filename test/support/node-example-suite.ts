/** README's Vitest suite, word for word, with the packed package: what README shows and what runs cannot part. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { fileInReadme, root } from "./readme.ts";
import { installPacked, SLOW_MS, strangersEnvironment } from "./stranger.ts";

const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};

/** Tests in a folder of their own in `place`, where the tarball lies. */
export function readmeSuite(place: () => string): void {
  const folder = (): string => join(place(), "suite");
  const write = (file: string, text: string): void => writeFileSync(join(folder(), file), text);
  const start = (command: string, ...values: string[]) => {
    const options = { cwd: folder(), encoding: "utf8", env: strangersEnvironment } as const;
    const { status, stdout, stderr } = spawnSync(command, values, options);
    return { status, printed: stdout + stderr };
  };

  beforeAll(() => {
    mkdirSync(folder());
    write("package.json", '{ "name": "suite", "private": true, "type": "module" }');
    const { dependencies, devDependencies } = manifest;
    installPacked(
      place(),
      folder(),
      `vitest@${devDependencies["vitest"]}`,
      `msw@${devDependencies["msw"]}`,
      `@azure/msal-node@${dependencies["@azure/msal-node"]}`,
    );
    const example = fileInReadme("orders.test.ts");
    const [, itself = ""] = /^(test\([^]*)/m.exec(example) ?? [];
    // A second test with the same code is as good as the first.
    write("orders.test.ts", `${example}\n${itself.replace("keeps", "again keeps")}`);
    write("module.test.ts", fileInReadme("module.test.ts"));
    write(
      "module.ts",
      'import { createOrders } from "./orders.js";\nexport const orders = createOrders();\n',
    );
  }, SLOW_MS);

  it("is green", { timeout: SLOW_MS }, () => {
    write("orders.ts", fileInReadme("orders.ts"));
    const { status, printed } = start("npx", "vitest", "run");
    expect(printed).toMatch(/Tests .*4 passed/);
    expect(status).toBe(0);
  });

  it("type-checks, and not with a matcher misspelt", () => {
    const strictly = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024"];
    const tsc = join(root, "node_modules", ".bin", "tsc");
    const check = (file: string): string => start(tsc, ...strictly, "--skipLibCheck", file).printed;
    write("orders.ts", fileInReadme("orders.ts"));
    expect(check("orders.test.ts") + check("module.test.ts")).toBe("");
    const example = fileInReadme("orders.test.ts");
    write("wrong.ts", example.replace("toHaveRecovered", "toHaveRecoverd"));
    expect(check("wrong.ts")).toMatch(/'toHaveRecoverd' does not exist/);
  });

  it("is red for careless code, and says why", { timeout: SLOW_MS }, () => {
    const careless = readFileSync(`${root}examples/node/careless-orders.ts`, "utf8");
    const call =
      "export const createOrders = () => ({ load: () => createOrders().load().catch(() => undefined) });\n";
    write("orders.ts", careless + call);
    const { status, printed } = start("npx", "vitest", "run");
    expect(printed).toMatch(/toHaveKeptWorkingFromCache: cached-token: /);
    expect(printed).toMatch(/What happened in "keeps working through an hour without Entra"/);
    expect(printed).toMatch(/\+30m +exchange \d+ is answered: 503 html, by fault outage/);
    expect(status).toBe(1);
  });
}
