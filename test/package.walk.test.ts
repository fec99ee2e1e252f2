/**
 * The walk of a new user: pack, install the tarball in an empty folder, write a scenario, run it
 * with `npx`. Slow, because it really installs; nothing of this repository is in reach.
 */
import { spawnSync } from "node:child_process";
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeExampleSuite } from "./support/node-example-suite.ts";
import { pageExampleSuite } from "./support/page-example-suite.ts";
import { installPacked, packInto, run, SLOW_MS, cleanEnvironment } from "./clean-machine.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

const story = `{
    standsFor: "A busy minute of the token service.",
    asserts: "The client waits as long as Retry-After says.",
    failureMeans: "It is throttled for longer.",
    fix: "Use a current MSAL.",
  }`;

/** The same scenario in each syntax: what comes before, and what the file exports. */
const scenarioText = (name: string, head: string, exported: string): string => `${head}

${exported}({
  name: "${name}",
  title: "The token endpoint throttles for a minute",
  story: ${story},
  needs: ["client-credentials"],
  asserts: ["retry-after"],
  faults: [throttled({ from: 0, for: minutes(1) })],
  script: async ({ open, clock }) => {
    const daemon = await open({ app: "nightly-daemon", credential: "secret" });
    const request = { flow: "client-credentials", scopes: ["https://graph.microsoft.com/.default"] }${head.includes("type ") ? " satisfies TokenRequest" : ""};
    await daemon.attempt(request);
    await clock.until(minutes(2));
    await daemon.acquire(request);
  },
});
`;

const typescript =
  'import { defineScenario, minutes, throttled, type TokenRequest } from "brownout";';
const javascript = 'import { defineScenario, minutes, throttled } from "brownout";';
const commonJs = 'const { defineScenario, minutes, throttled } = require("brownout");';

const scenarios: Readonly<Record<string, string>> = {
  "mine.scenario.ts": scenarioText("mine-ts", typescript, "export default defineScenario"),
  "mine.scenario.js": scenarioText("mine-js", javascript, "export default defineScenario"),
  "compiled.scenario.ts": scenarioText(
    "mine-compiled",
    `${typescript}\nenum Answer {\n  Yes,\n}\nexport const answer = Answer.Yes;`,
    "export default defineScenario",
  ),
  "common.scenario.js": scenarioText("mine-common", commonJs, "module.exports = defineScenario"),
};

const tsc = join(root, "node_modules", ".bin", "tsc");
const strictly = [
  "--ignoreConfig",
  "--noEmit",
  "--strict",
  "--module",
  "nodenext",
  "--target",
  "es2024",
  "--types",
  "",
];

let place = "";
let packed: readonly string[] = [];

/** A folder in which the package is installed and the scenarios are written. */
function moveIn(name: string, ...installOptions: string[]): string {
  const folder = join(place, name);
  installPacked(place, folder, ...installOptions);
  for (const [file, text] of Object.entries(scenarios)) writeFileSync(join(folder, file), text);
  return folder;
}

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "brownout-package-"));
  packInto(place);
  packed = run(place, "tar", "-tzf", readdirSync(place).find((file) => file.endsWith(".tgz")) ?? "")
    .trim()
    .split("\n")
    .map((path) => path.replace(/^package\//, ""));
  mkdirSync(join(place, "empty"));
  moveIn("empty");
  mkdirSync(join(place, "commonjs"));
  run(join(place, "commonjs"), "npm", "init", "-y");
  // One download of Node is enough: the second folder borrows the first one's.
  moveIn("commonjs", "--omit=optional");
}, SLOW_MS);

afterAll(() => rmSync(place, { recursive: true, force: true }), SLOW_MS);

describe("the packed package", () => {
  it("holds JavaScript, declarations, fixtures and the baseline, and no source or test", () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "bin/brownout.js",
        "dist/harness/index.js",
        "dist/harness/index.d.ts",
        "dist/harness/integrations/vitest.js",
        "dist/harness/integrations/vitest.d.ts",
        "dist/harness/integrations/playwright.js",
        "dist/harness/integrations/playwright.d.ts",
        "dist/harness/cli/worker/worker.js",
        "dist/harness/reporting/page/page.json",
        "dist/scenarios/library.js",
        "dist/fixtures/worlds/contoso.js",
        "dist/fixtures/keys/signing-1.key.pem",
        "dist/reports/baseline.json",
        "schemas/coverage-app.json",
        "schemas/world.json",
        "docs/backup.md",
        "docs/browser.md",
        "examples/node/orders.test.ts",
      ]),
    );
    expect(
      packed.filter(
        (path) =>
          !path.startsWith("examples/") &&
          /(?<!\.d)\.ts$|\.test\.|\/testing\.|(?<!\/entra)-suite\.|node-app/.test(path),
      ),
    ).toEqual([]);
  });

  it("names in its declarations no package that a user may not have", () => {
    const installed = join(place, "empty", "node_modules", "brownout");
    const { dependencies, peerDependencies } = JSON.parse(
      readFileSync(join(installed, "package.json"), "utf8"),
    ) as Record<"dependencies" | "peerDependencies", Readonly<Record<string, string>>>;
    const declared = new Set(Object.keys({ ...dependencies, ...peerDependencies }));
    // A copy of what the entries lead to.
    const specifiers = globSync("dist/commonjs/**/*.d.ts", { cwd: installed }).flatMap((file) => {
      const code = readFileSync(join(installed, file), "utf8").replaceAll(/\/\*[^]*?\*\//g, "");
      return [...code.matchAll(/(?:\bfrom |\bimport\()"([^".][^"]*)"/g)].map(([, name = ""]) => ({
        file,
        name: /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name,
      }));
    });
    expect(specifiers.length).toBeGreaterThan(20);
    const missing = specifiers.filter(
      ({ name }) => !name.startsWith("node:") && !declared.has(name),
    );
    expect(missing).toEqual([]);
  });

  it("gives publint nothing to say", async () => {
    const installed = join(place, "empty", "node_modules", "brownout");
    const { messages } = await publint({ pkgDir: installed, pack: false, strict: true });
    const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
    expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual(
      [],
    );
  });

  it("can be required and imported", () => {
    const load = (code: string): string =>
      run(
        join(place, "empty"),
        "npx",
        "node",
        "--eval",
        `${code}.then((b) => console.log(typeof b.defineScenario))`,
      );
    expect(load('import("brownout")')).toBe("function\n");
    expect(load('Promise.resolve(require("brownout"))')).toBe("function\n");
  });
});

describe("the library without the packages that only some scenarios are for", () => {
  it("runs the rest, and says what to install", { timeout: SLOW_MS }, () => {
    const said = spawnSync("npx", ["brownout", "run", "twelve-hours-*", "--mount", "direct"], {
      cwd: join(place, "empty"),
      encoding: "utf8",
      env: cleanEnvironment,
    });
    expect(said.stdout + said.stderr).toMatch(
      /Not run, as openid-client is not installed \(Run: npm install openid-client@6\): twelve-hours-/,
    );
    expect(said.status).toBe(0);
  });
});

describe("coverage of an application", () => {
  it("is judged from a file whose schema the package carries", () => {
    const folder = join(place, "empty");
    const app = { name: "Mine", kind: "managed-identity", flows: ["managed-identity"] };
    writeFileSync(join(folder, "app.json"), JSON.stringify({ ...app, cloud: "commercial" }));
    expect(run(folder, "npx", "brownout", "coverage", "app.json")).toMatch(/^Mine: protected\n/);
    const code = 'console.log(require("brownout/schemas/coverage-app.json").$schema)';
    expect(run(folder, "npx", "node", "--eval", code)).toMatch(/2020-12/);
  });
});

describe.each(["empty", "commonjs"])("a scenario of one's own, in the folder %s", (name) => {
  const folder = (): string => join(place, name);
  const nodeOfTheFirst = (): string => join(place, "empty", "node_modules", ".bin");

  it.each(Object.keys(scenarios))(
    "runs from %s and leaves its journal",
    { timeout: SLOW_MS },
    (file) => {
      const path = cleanEnvironment["PATH"] ?? "";
      const output = run(
        folder(),
        "env",
        `PATH=${nodeOfTheFirst()}${delimiter}${path}`,
        "npx",
        "brownout",
        "run",
        `./${file}`,
      );
      expect(output).toMatch(/mine-/);
      const journals = readdirSync(folder(), { recursive: true, encoding: "utf8" }).filter(
        (found) => !found.includes("node_modules") && found.endsWith(".jsonl"),
      );
      const scenario = /name: "(.+?)"/.exec(scenarios[file] ?? "")?.[1];
      expect(journals.map((journal) => journal.replace(/^.*\//, ""))).toContain(
        `${scenario}--msal-node.jsonl`,
      );
    },
  );

  it("type-checks against the package's declarations, and not with a field misspelt", () => {
    const check = (file: string): string =>
      spawnSync(tsc, [...strictly, file], { cwd: folder(), encoding: "utf8" }).stdout;
    const mine = scenarios["mine.scenario.ts"] ?? "";
    writeFileSync(join(folder(), "wrong.scenario.ts"), mine.replace("needs:", "neds:"));
    expect(check("mine.scenario.ts")).toBe("");
    expect(check("wrong.scenario.ts")).toMatch(/'neds' does not exist in type 'Scenario'/);
  });
});

describe("examples/node in an empty project", () => {
  nodeExampleSuite(() => place);
});

describe("examples/page in an empty project", () => {
  pageExampleSuite(() => place);
});
