import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { HarnessError } from "../../core/errors.ts";
import { findOwnClient } from "../own-client.ts";
import { describeEachScenario, describeScenarios } from "./describe-files.ts";

const folder = mkdtempSync(join(tmpdir(), "brownout-load-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const story = { standsFor: "a", asserts: "a", failureMeans: "a", fix: "a" };
const GOOD = `{ name: "good", title: "T", story: ${JSON.stringify(story)}, needs: [], asserts: [],
  faults: [{ id: "one", from: 0, until: 60000, at: { endpoint: "token" }, effect: { kind: "error-answer" } }],
  clients: ["msal-node", { name: "mine", version: "1", flows: [], open() {} }],
  app: { name: "orders" }, script() {} }`;

/** A scenario file that begins with this text, and whose default export is that. */
function file(text: string, exported = GOOD.replace(/faults: .*/, "faults: [],")): string {
  const path = join(folder, `own-${(files += 1)}.scenario.mjs`);
  writeFileSync(path, `${text}\nexport default ${exported};\n`);
  return path;
}

async function failureOf(paths: readonly string[], loadMaxMs?: number) {
  const options = loadMaxMs === undefined ? {} : { loadMaxMs };
  return describeScenarios(paths, options).then(
    () => ({ message: "it was described", place: "" }),
    (error: { readonly message: string; readonly place: string }) => error,
  );
}

it("describes scenario files in their order, as plain data", async () => {
  const paths = [
    file("console.log('loaded');"),
    file("", GOOD.replace(/faults: .*/, "faults: [],").replace('"good"', '"other"')),
  ];
  const found = await describeScenarios(paths);
  expect(found.map(({ name }) => name)).toEqual(["good", "other"]);
  expect(found[0]).toMatchObject({
    story,
    faults: [],
    clients: ["msal-node", { name: "mine", version: "1", flows: [] }],
    app: { name: "orders" },
  });
  expect(found[0]).not.toHaveProperty("script");
});

// S6
describe("a scenario file is reported by its name", () => {
  it.each([
    ["ends the process", "process.exit(0);", /ends its process \(exit code 0\)/],
    ["ends the process with another code", "process.exit(7);", /ends its process \(exit code 7\)/],
    ["aborts", "process.abort();", /ends its process \(SIGABRT\)/],
    ["kills itself", "process.kill(process.pid, 'SIGKILL');", /ends its process \(SIGKILL\)/],
    [
      "ends the process a moment later",
      "setTimeout(() => process.exit(0), 20);",
      /ends its process \(exit code 0\)/,
    ],
    ["never settles", "await new Promise(() => {});", /never finishes loading/],
    ["throws", "throw new TypeError('mine');", /it threw TypeError: mine/],
    [
      "throws a value without a text",
      "throw { toString() { throw 1 } };",
      /it threw a value without a text/,
    ],
    [
      "throws a moment later",
      "setTimeout(() => { throw new Error('late'); }, 20);",
      /it threw Error: late/,
    ],
    ["lets a promise fail", "void Promise.reject(new Error('stray'));", /it threw Error: stray/],
    [
      "lets a promise fail later",
      "setTimeout(() => void Promise.reject(new Error('stray')), 20);",
      /it threw Error: stray/,
    ],
  ])("that %s when it is loaded", async (_, text, message) => {
    const bad = file(text);
    const error = await failureOf([file(""), bad]);
    expect(error.message).toMatch(message);
    expect(error.place).toContain(bad);
  });

  it("that takes longer than the bound", async () => {
    const bad = file("setInterval(() => {}, 1_000); await new Promise(() => {});");
    expect(await failureOf([bad], 4_000)).toMatchObject({
      message: expect.stringContaining("took longer than 4 s"),
      place: bad,
    });
    const busy = file("for (;;);");
    expect((await failureOf([busy], 4_000)).message).toContain("took longer than 4 s");
  });

  // S7
  it.each([
    ["a proxy that throws", "new Proxy({}, { get() { throw new Error('no'); } })"],
    [
      "a proxy of another value at each look",
      `new Proxy(${GOOD}, { get: (of, key) => key === "name" ? String(Math.random()) : of[key] })`,
    ],
    ["a name of 300 letters", GOOD.replace('"good"', `"${"a".repeat(300)}"`)],
    ["a name that is a path", GOOD.replace('"good"', '"../../evil"')],
    ["a function", "() => {}"],
    ["nothing", "undefined"],
    ["a getter that ends the process", "{ get name() { process.exit(0); } }"],
  ])("that exports %s", async (_, exported) => {
    const bad = file("", exported);
    const error = await failureOf([bad]);
    expect(error.place).toContain(bad);
    expect(error.message).not.toMatch(/described|defect/);
  });
});

describe("a scenario file that cannot be loaded stops no other", () => {
  const named = (name: string, text = ""): string =>
    file(text, GOOD.replace(/faults: .*/, "faults: [],").replace('"good"', `"${name}"`));
  const each = async (paths: readonly string[], loadMaxMs = 60_000) =>
    (await describeEachScenario(paths, { loadMaxMs })).map((one) =>
      one instanceof HarnessError ? one.message : one.name,
    );

  it("when it throws, exports nothing, or a bad name", async () => {
    const paths = [
      named("a"),
      file("throw new Error('mine');"),
      named("b"),
      file("", "undefined"),
      named("c"),
    ];
    expect(await each(paths)).toEqual([
      "a",
      expect.stringContaining("it threw Error: mine"),
      "b",
      expect.stringMatching(/default export/),
      "c",
    ]);
  });

  it("when it never ends", async () => {
    const paths = [named("a"), file("for (;;);"), named("b")];
    expect(await each(paths, 8_000)).toEqual([
      "a",
      expect.stringContaining("longer than 8 s"),
      "b",
    ]);
  });

  it.each([
    ["throws", "setTimeout(() => { throw new Error('late'); }, 30);", /it threw Error: late/],
    ["ends its process", "setTimeout(() => process.exit(3), 30);", /exit code 3/],
  ])("when it %s while another is being loaded, which is not blamed", async (_, late, message) => {
    const slow = "await new Promise((resolve) => setTimeout(resolve, 600));";
    expect(await each([named("a", late), named("b", slow), named("c")])).toEqual([
      expect.stringMatching(message),
      "b",
      "c",
    ]);
  });

  it("when all are bad", async () => {
    const bad = file("throw 1;");
    expect(await each([bad, bad])).toHaveLength(2);
  });
});

// S5
it.each([
  "process.send?.(null)",
  "process.send?.('ready')",
  `(await import("node:fs")).writeSync(3, '{"kind":"finished"}\\n{"secret":1')`,
])("a scenario file that says %s is described all the same", async (text) => {
  const [found] = await describeScenarios([file(`${text};`)]);
  expect(found?.name).toBe("good");
});

describe("a client's file is reported by its name", () => {
  const client = (parts: string): string =>
    `{ name: "own", flows: ["silent"], open() {}, ${parts} }`;
  const clientFile = (text: string, exported: string): string => {
    const path = join(folder, `own-${(files += 1)}.client.mjs`);
    writeFileSync(path, `${text}\nexport default ${exported};\n`);
    return path;
  };

  it.each([
    ["ends the process", "process.exit(0);", client(""), /ends its process/, /process\.exit/],
    [
      "never settles",
      "await new Promise(() => {});",
      client(""),
      /never finishes loading/,
      /await/,
    ],
    ["throws", "\nthrow new TypeError('mine');", client(""), /it threw TypeError: mine/, /^$/],
    ["exports a function", "", "() => {}", /expected an object/, /defineClient/],
    ["has no flow", "", client("flows: []"), /at least one flow/, /^$/],
    ["has a flow of another name", "", client('flows: ["silnt"]'), /"silnt"/, /"silent"/],
    ["has a name that is a path", "", client('name: "../own"'), /kebab-case/, /^$/],
    [
      "has the name of another client",
      "",
      client('name: "msal-node"'),
      /Brownout's own/,
      /baseline/,
    ],
    ["has a field too many", "", client('verson: "1"'), /verson/, /"version"/],
    [
      "leaves out a scenario that is not there",
      "",
      client('notApplicable: [{ scenario: "token-throtled", why: "it" }]'),
      /there is no scenario "token-throtled"/,
      /token-throttled/,
    ],
  ])("that %s", async (_what, text, exported, message, hint) => {
    const bad = clientFile(text, exported);
    const error = await findOwnClient(bad, folder).then(
      () => ({ code: "none", message: "", hint: "", place: "" }),
      (caught: Record<"code" | "message" | "hint" | "place", string>) => caught,
    );
    expect(error).toMatchObject({
      code: "bad-client",
      message: expect.stringMatching(message),
      place: expect.stringContaining(bad),
    });
    expect(error.hint ?? "").toMatch(hint);
  });

  it("takes names of clients for names", async () => {
    for (const name of [undefined, "msal-node", "msal-node@7.2", "bare-fetch"])
      expect(await findOwnClient(name, folder)).toBeUndefined();
  });
});
