/** `examples/node/`, file by file as it is, with the packed package in an empty project. */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { root } from "./guides.ts";
import { installPacked, SLOW_MS, cleanEnvironment } from "../clean-machine.ts";

const read = (file: string): string => readFileSync(`${root}examples/node/${file}`, "utf8");

/** Tests in a folder of their own in `place`, where the tarball lies. */
export function nodeExampleSuite(place: () => string): void {
  const folder = (): string => join(place(), "node-example");
  const write = (file: string, text: string): void => writeFileSync(join(folder(), file), text);
  const start = (command: string, ...values: string[]) => {
    const options = { cwd: folder(), encoding: "utf8", env: cleanEnvironment } as const;
    const { status, stdout, stderr } = spawnSync(command, values, options);
    return { status, printed: stdout + stderr };
  };

  beforeAll(() => {
    cpSync(`${root}examples/node`, folder(), { recursive: true });
    installPacked(place(), folder());
    // A second test with the same code is as good as the first.
    const example = read("orders.test.ts");
    const [, itself = ""] = /^(test\([^]*)/m.exec(example) ?? [];
    write("orders.test.ts", `${example}\n${itself.replace("works", "again works")}`);
  }, SLOW_MS);

  it("passes its Vitest suite", { timeout: SLOW_MS }, () => {
    const { status, printed } = start("npx", "vitest", "run");
    expect(printed).toMatch(/Tests .*6 passed/);
    expect(status).toBe(0);
  });

  it("runs its scenarios, of which one finds what MSAL Node does", { timeout: SLOW_MS }, () => {
    const { status, printed } = start("npx", "brownout", "run", "./*.scenario.ts");
    expect(printed).toMatch(/^FAIL +busy-minute +orders 1\.4\.0/m);
    expect(printed).toMatch(/^pass +laptop-restart-in-outage +msal-node/m);
    expect(status).toBe(1);
  });

  it("type-checks, and not with a matcher misspelt", () => {
    const strictly = [
      "--ignoreConfig",
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2024",
    ];
    const tsc = join(root, "node_modules", ".bin", "tsc");
    const check = (...files: string[]): string =>
      start(tsc, ...strictly, "--skipLibCheck", ...files).printed;
    expect(
      check("orders.test.ts", "recovery.test.ts", "module.test.ts", "registered.test.ts"),
    ).toBe("");
    expect(
      check(
        ...["busy-minute", "hour-without-entra", "restart-in-outage"].map(
          (name) => `${name}.scenario.ts`,
        ),
      ),
    ).toBe("");
    const example = read("recovery.test.ts");
    write("wrong.ts", example.replace("toHaveRecovered", "toHaveRecoverd"));
    expect(check("wrong.ts")).toMatch(/'toHaveRecoverd' does not exist/);
  });

  it("fails with the careless program, and says why", { timeout: SLOW_MS }, () => {
    write(
      "orders.ts",
      'import { createOrders as careless } from "./careless-orders.js";\n' +
        "export const createOrders = () => ({ load: () => careless().load().catch(() => undefined) });\n",
    );
    const { status, printed } = start("npx", "vitest", "run");
    expect(printed).toMatch(/toHaveKeptWorkingFromCache: cached-token: /);
    expect(printed).toMatch(/What happened in "works through an hour without Entra"/);
    expect(printed).toMatch(/\+30m +exchange \d+ is answered: 503 html, by fault outage/);
    expect(status).toBe(1);
  });
}
