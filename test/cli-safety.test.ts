/** What a session leaves and says when its output, its files or its user's code are against it. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createFolder, type Folder, IMPATIENT, scenarioText } from "./command-line.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const bin = fileURLToPath(new URL("../bin/brownout.js", import.meta.url));
let folder: Folder;
beforeAll(() => {
  folder = createFolder();
  folder.write("good.scenario.ts", scenarioText({ name: "good" }));
  folder.write("bad.scenario.ts", scenarioText({ name: "bad", script: IMPATIENT }));
});
afterAll(() => folder.remove());

const at = (name: string): string => join(folder.path, name);
const shell = (script: string) =>
  spawnSync("bash", ["-c", script], {
    cwd: folder.path,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "", NODE: process.execPath, BIN: bin },
  });
const RUN = '"$NODE" "$BIN" run --mount direct --archive none --workers 1';

describe.skipIf(process.platform === "win32")("an exit code is true", () => {
  // S1
  it("when the reader of the output has seen enough", () => {
    const { stdout } = shell(
      `${RUN} ./bad.scenario.ts --out closed | head -0; echo \${PIPESTATUS[0]}`,
    );
    expect(stdout).toBe("1\n");
    expect(readFileSync(at("closed/results.json"), "utf8")).toContain('"scenario": "bad"');
  });

  // S2
  it.runIf(existsSync("/dev/full"))(
    "when the output goes to a full disk: one message, and 2",
    () => {
      const { status, stderr } = shell(`${RUN} ./good.scenario.ts --out full > /dev/full`);
      expect(stderr).toMatch(
        /^brownout: Standard output cannot be written: .*ENOSPC.*\n {2}Make room .*\n$/,
      );
      expect(status).toBe(2);
      expect(existsSync(at("full/results.json"))).toBe(true);
    },
  );

  // S23
  it.runIf(existsSync("/proc/self"))("when the output folder can never be made: 2, at once", () => {
    const { status, stderr } = shell(`timeout 60 ${RUN} ./good.scenario.ts --out /proc/nowhere`);
    expect(stderr).toMatch(/\/proc\/nowhere: it cannot be written: no folder can be made there/);
    expect(status).toBe(2);
  });
});

describe("an output folder", () => {
  // S9
  it("has nothing of an earlier run once a run has begun, also when that is killed", async () => {
    folder.brownout("run", "./good.scenario.ts", "--mount", "direct", "--out", "killed");
    expect(folder.files("killed")).toContain("killed/results.json");
    const how = { after: "brownout ", signal: "SIGKILL", to: "group" } as const;
    await folder.interrupt(how, "run", "./bad.scenario.ts", "--mount", "direct", "--out", "killed");
    expect(folder.files("killed").filter((file) => !file.endsWith(".lock"))).toEqual([]);
  });

  // S20
  it("is one session's at a time", async () => {
    const how = { after: "never printed", signal: "SIGINT", to: "process" } as const;
    const run = (name: string) =>
      folder.interrupt(how, "run", `./${name}.scenario.ts`, "--mount", "direct", "--out", "both");
    const ended = await Promise.all([run("good"), run("bad")]);
    const [refused, ...others] = ended.filter(({ code }) => code === 2);
    expect(refused?.stderr).toMatch(/both: another session writes there: process \d+ on /);
    expect(others).toEqual([]);
    const [done] = ended.filter(({ code }) => code !== 2);
    expect(folder.files("both/journals")).toHaveLength(1);
    expect(done?.stdout).toMatch(/^Reports: both/m);
    expect(folder.files("both").filter((file) => file.endsWith(".lock"))).toEqual([]);
  });
});

describe("a shard from another machine", () => {
  beforeAll(() => {
    folder.brownout(
      "run",
      "./good.scenario.ts",
      "--mount",
      "direct",
      "--shard",
      "1/1",
      "--out",
      "shard",
    );
    writeFileSync(
      at("evil.mjs"),
      `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(at("executed"))}, "");`,
    );
    writeFileSync(at("evil.scenario.mjs"), readFileSync(at("evil.mjs")));
  });
  /** A copy of the shard with these texts replaced in all of its files. */
  const forged = (name: string, ...changes: readonly (readonly [string, string])[]): void => {
    rmSync(at(name), { recursive: true, force: true });
    cpSync(at("shard"), at(name), { recursive: true });
    for (const file of folder.files(name).filter((path) => /json|jsonl$/.test(path))) {
      const text = readFileSync(at(file), "utf8");
      writeFileSync(
        at(file),
        changes.reduce((all, [from, to]) => all.replaceAll(from, to), text),
      );
    }
  };

  // S3
  it.each(["../../../../evil", "/tmp/evil", "a/b", "a\\\\b", "..", "a".repeat(300), "good\\u0000"])(
    "cannot write outside of the output folder by a scenario called %s",
    async (name) => {
      forged(
        "named",
        ['"scenario":"good"', `"scenario":"${name}"`],
        ['"scenario": "good"', `"scenario": "${name}"`],
        ["good--", `${name}--`],
      );
      const before = folder.files();
      const { code, stderr } = await folder.main("merge", "named", "--out", "deep/er/merged");
      expect(stderr).toMatch(
        /named\/journals\/.*jsonl:1: expected the name of a scenario|expected JSON/,
      );
      expect(code).toBe(2);
      expect(folder.files()).toEqual(before);
    },
  );

  // S4
  it.each([
    "evil.mjs",
    "evil.scenario.mjs",
    "./evil.mjs",
    "../evil.mjs",
    "file:evil.mjs",
    "data:text/javascript,0",
  ])("is merged without running the file %s that it names", async (file) => {
    const path = file === "../evil.mjs" ? at("evil.mjs") : file;
    forged("runs", ['"file":"good.scenario.ts"', `"file":"${path}"`]);
    const { code, stderr } = await folder.main(
      "merge",
      "runs",
      "--archive",
      "none",
      "--out",
      "merged",
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(existsSync(at("executed"))).toBe(false);
    // What the scenario means is still in the report.
    expect(readFileSync(at("merged/summary.md"), "utf8")).toContain("good");
    expect(readFileSync(at("merged/report.html"), "utf8")).toContain(
      "A busy minute of the token service.",
    );
  });

  it("chooses among the project's scenario files in a replay, and names no other program", async () => {
    const [journal = ""] = folder.files("shard/journals");
    mkdirSync(at("node_modules/x"), { recursive: true });
    for (const place of ["node_modules/x/evil.scenario.mjs", "evil.mjs"])
      writeFileSync(at(place), readFileSync(at("evil.scenario.mjs")));
    const outside = join(folder.path, "..", "evil.scenario.mjs");
    for (const file of [
      "evil.mjs",
      "node_modules/x/evil.scenario.mjs",
      "../evil.scenario.mjs",
      outside,
    ]) {
      forged("replayed", ['"file":"good.scenario.ts"', `"file":"${file}"`]);
      const { code, stderr } = await folder.main("replay", journal.replace("shard", "replayed"));
      expect(stderr).toMatch(
        /which may be any program\n {2}If that is your scenario, name it: --scenario|is not here/,
      );
      expect(code).toBe(2);
    }
    expect(existsSync(at("executed"))).toBe(false);
  });
});

// S6, S8
describe("a scenario file that ends its process", () => {
  it.each([
    ["when it is loaded", "process.exit(0);\n", ""],
    ["in its script", "", "process.exit(0);"],
  ])(
    "%s ends the session with 2 and its name, and no earlier journal is judged",
    (_, first, script) => {
      folder.write("ends.scenario.ts", scenarioText({ name: "ends" }));
      folder.brownout("run", "./ends.scenario.ts", "--mount", "direct", "--out", "ends");
      expect(folder.files("ends")).toContain("ends/journals/ends--msal-node.jsonl");
      folder.write(
        "ends.scenario.ts",
        first + scenarioText({ name: "ends", ...(script === "" ? {} : { script }) }),
      );
      const { code, stdout, stderr } = folder.brownout(
        "run",
        "./ends.scenario.ts",
        "--mount",
        "direct",
        "--out",
        "ends",
      );
      expect(code).toBe(2);
      expect(stdout + stderr).toMatch(/ends/);
      expect(stdout + stderr).not.toMatch(/defect of brownout|^PASS|^pass/m);
      // What is there would be taken for what this session has left.
      expect(folder.files("ends/journals")).toEqual([]);
    },
  );
});

// S10, S11: what one run prints and leaves, searched for all that was planted.
describe("a scenario full of secrets and control characters", () => {
  const SECRET = "Zq8~tR3vWx.9LmN2pQ7s";
  const script = `
    note("password: ${SECRET} \\u001b[31m ::error::x ##vso[x]y <script>z</script>");
    note("redirect https://me:${SECRET}@app.example/?sig=${SECRET}");
    await operate("orders with client_secret=${SECRET}", async () => {
      throw new Error("refused Bearer ${SECRET}\\n::error::evil\\npass  forged ##vso[task.complete]\\u001b]0;t\\u0007");
    }).catch(() => undefined);
    await operate("graph", () => fetch("https://login.microsoftonline.com/common/oauth2/v2.0/token?otp=${SECRET}", {
      method: "POST",
      headers: { authorization: "${SECRET}", "x-ms-authorization-auxiliary": "Bearer ${SECRET}", cookie: "a=${SECRET}" },
      body: new URLSearchParams({ subject_token: "${SECRET}", pwd: "${SECRET}", private_key: "${SECRET}", redirect_uri: "https://a.example/?t=${SECRET}" }),
    })).catch(() => undefined);
    await daemon.attempt(request);`;
  const own = (more = ""): string =>
    scenarioText({ name: "planted", script: script + more }).replace(
      "{ open, clock }",
      "{ open, clock, note, operate }",
    );

  it.each([
    ["that fails", ""],
    ["that throws", `\n throw new Error("own token=${SECRET}\\n::error::evil \\u001b[2J");`],
  ])("%s has none of them in what it prints and leaves", (_, more) => {
    folder.write("planted.scenario.ts", own(more));
    const { stdout, stderr, code } = folder.brownout(
      "run",
      "./planted.scenario.ts",
      "--mount",
      "direct",
      "--archive",
      "none",
      "--out",
      "planted",
    );
    expect([1, 2]).toContain(code);
    for (const text of [
      stdout,
      stderr,
      ...folder.files("planted").map((file) => readFileSync(at(file), "utf8")),
    ])
      expect(text).not.toContain(SECRET);
    for (const text of [stdout, stderr, readFileSync(at("planted/summary.md"), "utf8")]) {
      for (const control of ["\u001b", "\u0007"]) expect(text).not.toContain(control);
      expect(text).not.toMatch(/##vso\[|^\s*::error|^pass {2}forged|<script>/m);
    }
  });
});
