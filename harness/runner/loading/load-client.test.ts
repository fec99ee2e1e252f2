/** Clients of users' files, loaded by a plain Node process: what they keep in variables, and what they are checked for. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "brownout-own-client-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let projects = 0;

/** Writes a project, opens its client twice and asks each instance twice; the text of each answer, or of the first error. */
function answersOf(files: Readonly<Record<string, string>>, entry = "own.client.ts") {
  const project = join(folder, String((projects += 1)));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text);
  }
  const script = `
    import { loadClientFile } from ${JSON.stringify(new URL("load-client.ts", import.meta.url).href)};
    const answers = [];
    try {
      const { client, summary } = await loadClientFile(process.argv[1]);
      answers.push(summary);
      for (const round of [1, 2]) {
        const instance = await client.open({}, {});
        for (const call of [1, 2]) answers.push(await instance.acquire({ scopes: [] }));
      }
    } catch (error) {
      const { code, message, place, hint, stack } = error;
      answers.push(code === undefined ? stack : { code, message, place, hint });
    }
    console.log(JSON.stringify(answers));
  `;
  const output = execFileSync(
    process.execPath,
    ["--input-type=module", "--eval", script, "--", join(project, entry)],
    { encoding: "utf8" },
  );
  const answers = JSON.parse(output) as readonly Readonly<Record<string, unknown>>[];
  return { summary: answers[0], answers: answers.slice(1), project };
}

const counting = (counter: string, head = ""): string => `${head}
  import { defineClient } from "brownout";
  export default defineClient({
    name: "own",
    flows: ["client-credentials"],
    open: async () => ({ acquire: async () => ({ accessToken: "token-" + (${counter}) }) }),
  });`;

describe("what a client keeps in variables of its modules", () => {
  const twice = ["token-1", "token-2", "token-1", "token-2"].map((accessToken) => ({
    accessToken,
  }));

  it.each([
    ["its own file", { "own.client.ts": counting("++count", "let count = 0;") }],
    [
      "a module that it imports, and one that this imports",
      {
        "own.client.ts": counting("next()", 'import { next } from "./next.js";'),
        "next.ts": 'import { state } from "./state";\nexport const next = () => ++state.count;',
        "state.ts": "export const state = { count: 0 };",
      },
    ],
    [
      "a CommonJS module, and one that this requires",
      {
        "own.client.ts": counting("counter.next()", 'import counter from "./counter.cjs";'),
        "counter.cjs": 'const state = require("./state.cjs");\nexports.next = () => ++state.count;',
        "state.cjs": "exports.count = 0;",
      },
    ],
  ])("is gone when it is opened anew: %s", (_where, files) => {
    expect(answersOf(files).answers).toEqual(twice);
  });

  it("stays in packages", () => {
    const { answers } = answersOf({
      "own.client.ts": counting("next()", 'import { next } from "counter";'),
      "node_modules/counter/package.json":
        '{ "name": "counter", "type": "module", "exports": "./i.js" }',
      "node_modules/counter/i.js": "let count = 0;\nexport const next = () => ++count;\n",
    });
    expect(answers.at(-1)).toEqual({ accessToken: "token-4" });
  });
});

describe("a client", () => {
  const own = (parts: string): string =>
    `export default { name: "own", flows: ["silent"], ${parts} };`;
  const opening = (acquire: string): string => own(`open: async () => ({ acquire: ${acquire} })`);

  it.each([
    ["its file", { "own.client.ts": own('version: "3.1.0", open() {}') }, "3.1.0"],
    [
      "the nearest package.json",
      { "own.client.ts": own("open() {}"), "package.json": '{ "version": "1.4.2" }' },
      "1.4.2",
    ],
    ["nowhere", { "own.client.ts": own("open() {}"), "package.json": "{}" }, "0"],
  ])("has its version from %s", (_where, files, version) => {
    expect(answersOf(files).summary).toEqual({
      name: "own",
      version,
      flows: ["silent"],
      notApplicable: [],
    });
  });

  it.each(["undefined", "null", "{ accessToken: null }"])(
    "that returns %s has no token, for the rules to judge",
    (value) => {
      const { answers } = answersOf({ "own.client.ts": opening(`async () => (${value})`) });
      expect(answers).toEqual(Array(4).fill({ accessToken: "" }));
    },
  );

  it.each([
    [
      "a text",
      opening("async () => 'token'"),
      /^acquire\(\) returned a value of type string, and not/,
    ],
    ["no token", opening("async () => ({ token: 'a' })"), /an object with token, and not/],
    [
      "nothing to call",
      own("open: async () => ({ get() {} })"),
      /open\(\) returned an object with get/,
    ],
    [
      "an error when it is opened",
      own("\nopen: async () => { throw new TypeError('no host'); }"),
      /^open\(\) of own failed: no host$/,
    ],
  ])("is named by its file when it gives %s", (_what, text, message) => {
    const { answers, project } = answersOf({ "own.client.ts": text });
    expect(answers).toEqual([
      expect.objectContaining({ code: "bad-client", message: expect.stringMatching(message) }),
    ]);
    expect(answers[0]?.["place"]).toContain(join(project, "own.client.ts"));
  });
});
