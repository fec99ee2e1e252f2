/**
 * What people get wrong: each mistake ends with exit code 2 and one message that names the
 * place and what to do, without a stack trace, and leaves nothing half written.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createFolder, type Folder, scenarioText } from "./command-line.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: Folder;
let journal = "";

beforeAll(() => {
  folder = createFolder();
  folder.write("good.scenario.ts", scenarioText());
  folder.brownout("run", "good.scenario.ts", "--out", "good", "--mount", "direct");
  journal = readFileSync(join(folder.path, "good/journals/busy-minute--msal-node.jsonl"), "utf8");
  const har = readFileSync(join(folder.path, "good/har/busy-minute--msal-node.har"), "utf8");
  folder.write("cut.jsonl", journal.slice(0, -30));
  folder.write("schema.jsonl", journal.replace("journal/1", "journal/7"));
  folder.write("kind.jsonl", journal.replace('"operation-invoked"', '"operation-invokd"'));
  folder.write("rule.jsonl", journal.replace('"asserts":["retry-after"]', '"asserts":["retry"]'));
  folder.write("gone.jsonl", journal.replace("good.scenario.ts", "gone.scenario.ts"));
  folder.write("version.jsonl", journal.replace(/"version":"[^"]+"/, '"version":"1.2.3"'));
  folder.write("cut.har", har.slice(0, Math.floor(har.length / 2)));
  folder.write("empty.har", "{}");
  folder.write("file", "");
  folder.write("list.json", "{}");
  folder.write("cut.json", '[{"scenario":');
  const entry = { scenario: "a", client: "b", rule: "retri-after", verdict: "fail", reason: "c" };
  folder.write("rule.json", JSON.stringify([entry]));
  folder.write("rule.scenario.ts", scenarioText({ asserts: '["retry-aftr"]' }));
  folder.write(
    "plan.scenario.ts",
    scenarioText({ faults: "[{ ...throttled({ from: 0, for: 1 }), effct: 1 }]" }),
  );
  folder.write("syntax.scenario.ts", "export default {{;\n");
  folder.write("none.scenario.ts", "export const mine = 1;\n");
  folder.write(
    "world.scenario.ts",
    `import { createWorld } from "brownout";
const world = createWorld({ tenant: "11111111-aaaa-4aaa-8aaa-000000000001", apps: [{ kind: "deamon", clientId: "33333333-cccc-4ccc-8ccc-000000000011" }] });
export default { world };
`,
  );
});
afterAll(() => folder.remove());

/** The message itself says what is allowed. */
const NO_HINT = /^$/;

const GOOD = ["run", "token-throttled", "--out", "new"];

/** What is wrong, the arguments, the message, the lines below it. */
type Mistake = readonly [string, readonly string[], RegExp, RegExp];

const onTheCommandLine: readonly Mistake[] = [
  ["no command", [], /no command is given/, /There are run, init, .*check/],
  ["an unknown command", ["rum"], /no command "rum"/, /Did you mean "run"\?/],
  ["a matrix of nothing", ["matrix"], /no client is named/, /matrix msal-node@6,7/],
  ["a matrix without versions", ["matrix", "msal-node"], /names no version/, /behind an @/],
  [
    "remedies for nothing",
    ["remedies"],
    /remedies needs one scenario, found 0 arguments/,
    /brownout remedies outage-12h-daemon-past-refresh-in, or --known/,
  ],
  [
    "remedies for an unknown scenario",
    ["remedies", "token-throtled"],
    /no scenario "token-throtled"/,
    /Did you mean "?token-throttled/,
  ],
  [
    "remedies for all known findings of one scenario",
    ["remedies", "token-throttled", "--known"],
    /--known: it contradicts a scenario or client that is named/,
    /the baseline says which runs are played/,
  ],
  [
    "a bisection between nothing",
    ["bisect", "token-throttled", "--rule", "retry-after", "msal-node@7"],
    /"msal-node@7" is no range/,
    /msal-node@7\.0\.0\.\.7\.2\.1/,
  ],
  [
    "a bisection of a client of one's own",
    ["bisect", "token-throttled", "--rule", "retry-after", "./acme.client.ts"],
    /"\.\/acme\.client\.ts" is a file, and bisect asks published versions/,
    /git bisect run npx brownout run SCENARIO --client FILE/,
  ],
  [
    "a bisection with a client of one's own",
    ["bisect", "token-throttled", "--client", "./acme.client.ts"],
    /"bisect" has no option --client: a file has none of the published versions that it asks/,
    /git bisect run/,
  ],
  [
    "a bisection by no rule",
    ["bisect", "token-throttled", "msal-node@6..7"],
    /no rule is named/,
    /--rule retry-after/,
  ],
  [
    "a bisection of many scenarios",
    ["bisect", "token-*", "--rule", "retry-after", "msal-node@6..7"],
    /"token-\*" means \d+ scenarios/,
    /Name it in full/,
  ],
  ["a program that is not named", ["with-node"], /needs a program, found none/, /with-node vitest/],
  [
    "an option in place of a program",
    ["with-node", "--node", "vitest"],
    /with-node needs a program, found the option --node/,
    /with-node vitest run/,
  ],
  ["an option in front", ["--seed", "1", "run"], /a command comes first/, /There are run/],
  ["an unknown option", [...GOOD, "--sed", "1"], /no option --sed/, /Did you mean .*--seed/],
  [
    "an option of another command",
    ["list", "--seed", "1"],
    /"list" has no option --seed/,
    /--json/,
  ],
  ["a value forgotten", ["run", "--out"], /--out needs a value: --out DIR/, /run --help/],
  [
    "a value forgotten before an option",
    ["run", "--seed", "--json"],
    /--seed needs a value/,
    /help/,
  ],
  ["a value for a switch", ["run", "--json=yes"], /--json takes no value, found "yes"/, /help/],
  ["an option twice", ["run", "--seed", "1", "--seed", "2"], /--seed is given twice/, /help/],
  [
    "an unknown scenario",
    ["run", "token-throtled", "--out", "new"],
    /no scenario "token-throtled"/,
    /token-throttled/,
  ],
  [
    "a glob that matches nothing",
    ["run", "tokn-*", "--out", "new"],
    /no scenario matches "tokn-\*"/,
    /brownout list/,
  ],
  ["an unknown client", [...GOOD, "--client", "msal-nod"], /no client "msal-nod"/, /msal-node/],
  [
    "a client that is not installed",
    [...GOOD, "--client", "msal-node@3"],
    /msal-node 3 is not installed/,
    /npm install @azure\/msal-node@3/,
  ],
  ["an unknown mount", [...GOOD, "--mount", "mws"], /no mount "mws"/, /Did you mean "msw"\?/],
  ["a seed that is no number", [...GOOD, "--seed", "abc"], /"abc"; a seed is a whole/, /--seed 7/],
  ["a negative seed", [...GOOD, "--seed", "-1"], /--seed is "-1"; a seed is a whole/, /--seed 7/],
  ["a negative seed with =", [...GOOD, "--seed=-1"], /"-1"; a seed is a whole number from 0/, /7/],
  ["a control of what does not exist", [...GOOD, "--control", "known"], /is "known"/, /or all/],
  [
    "controls and none",
    [...GOOD, "--no-control", "--control", "all"],
    /--no-control: it contradicts --control/,
    /Leave out one/,
  ],
  ["no workers", [...GOOD, "--workers", "0"], /--workers is "0"/, /whole number/],
  ["a shard out of range", [...GOOD, "--shard", "3/2"], /--shard is "3\/2"/, /--shard 2\/4/],
  ["a shard that is none", [...GOOD, "--shard", "half"], /--shard is "half"/, /--shard 2\/4/],
  ["list with an argument", ["list", "extra"], /takes no arguments, found "extra"/, /list --json/],
  ["check without a file", ["check"], /check needs a file/, /journal/],
  ["replay of two journals", ["replay", "a", "b"], /replay needs one journal, found 2/, /replay /],
];

const inFiles: readonly Mistake[] = [
  [
    "a replay without its client",
    ["replay", "version.jsonl", "--out", "new", "--cache", "versions"],
    /there is no msal-node 1\.2\.3/,
    /The newest of 1 are 1\.18\.3, 1\.18\.4/,
  ],
  [
    "a journal that is not there",
    ["check", "ct.jsonl"],
    /ct\.jsonl: there is no such file/,
    /cut\.jsonl/,
  ],
  ["a journal that is a folder", ["check", "good"], /good: it is a folder/, /file in it/],
  [
    "a journal cut off",
    ["check", "cut.jsonl"],
    /cut\.jsonl:\d+: the last line is cut off/,
    /again/,
  ],
  [
    "a journal of another schema",
    ["check", "schema.jsonl"],
    /schema\.jsonl:1: .*journal\/7/,
    /Another version/,
  ],
  [
    "a journal with an unknown event",
    ["check", "kind.jsonl"],
    /kind\.jsonl:\d+: .*"operation-invokd"/,
    /operation-invoked/,
  ],
  [
    "a journal that asserts an unknown rule",
    ["check", "rule.jsonl"],
    /rule\.jsonl, asserts\[0\]: .*"retry"/,
    /retry-after/,
  ],
  ["a replay of a HAR", ["replay", "any.har"], /a HAR does not say what was run/, /brownout check/],
  ["a replay of a cut journal", ["replay", "cut.jsonl", "--out", "new"], /cut\.jsonl:\d+/, /again/],
  [
    "a replay without its scenario",
    ["replay", "gone.jsonl", "--out", "new"],
    /gone\.scenario\.ts, which is not here/,
    /Call replay in the folder/,
  ],
  ["a HAR cut off", ["check", "cut.har"], /cut\.har:\d+: the file is cut off/, /again/],
  [
    "a HAR without log",
    ["check", "empty.har"],
    /empty\.har: expected an object with a log/,
    /HAR file/,
  ],
  [
    "a folder that is a file",
    ["run", "token-throttled", "--out", "file"],
    /file: .*a file stands where a folder should be/,
    /--out/,
  ],
  [
    "a folder below a file",
    ["run", "token-throttled", "--out", "file/below"],
    /file\/below: .*a file stands/,
    /--out/,
  ],
  [
    "a baseline that is not there",
    [...GOOD, "--baseline", "no.json"],
    /no\.json: there is no such file/,
    /--update-baseline/,
  ],
  [
    "a baseline that is not an array",
    [...GOOD, "--baseline", "list.json"],
    /list\.json: baseline: expected an array of objects, got an object/,
    /\[\]/,
  ],
  [
    "a baseline cut off",
    [...GOOD, "--baseline", "cut.json"],
    /cut\.json: expected JSON/,
    /JSON array/,
  ],
  [
    "a baseline with an unknown rule",
    [...GOOD, "--baseline", "rule.json"],
    /rule\.json: baseline\[0\]\.rule: expected one of .*, got "retri-after"/,
    /retry-after/,
  ],
];

/** What is about users' scenarios, which only Node itself loads as Node does. */
const inScenarioFiles: readonly Mistake[] = [
  [
    "a fault plan with a misspelt field",
    ["run", "plan.scenario.ts", "--out", "new"],
    /plan\.scenario\.ts: scenario\.faults\[0\]\.effct: unknown key "effct"/,
    /Did you mean "effect"/,
  ],
  [
    "a rule that does not exist",
    ["run", "rule.scenario.ts", "--out", "new"],
    /rule\.scenario\.ts, asserts\[0\]: there is no rule "retry-aftr"/,
    /retry-after/,
  ],
  [
    "a world with a misspelt kind of app",
    ["run", "world.scenario.ts", "--out", "new"],
    /^brownout: \S*world\.scenario\.ts, createWorld\.apps\[0\]\.kind: expected one of [^:]*, got "deamon"$/,
    /^ +Did you mean "daemon"\?$/,
  ],
  [
    "a syntax error",
    ["run", "syntax.scenario.ts", "--out", "new"],
    /syntax\.scenario\.ts:1: .*cannot be loaded/,
    NO_HINT,
  ],
  [
    "no default export",
    ["run", "none.scenario.ts", "--out", "new"],
    /has no default export/,
    /It exports mine/,
  ],
  [
    "a scenario that is not there",
    ["run", "./god.scenario.ts", "--out", "new"],
    /there is no file .*god\.scenario\.ts/,
    /good\.scenario\.ts/,
  ],
  [
    "a replay over itself",
    ["replay", "good/journals/busy-minute--msal-node.jsonl", "--out", "good"],
    /would overwrite/,
    /--out/,
  ],
];

describe.each([
  ["on the command line", "main", onTheCommandLine],
  ["in a file", "main", inFiles],
  ["about a scenario file", "brownout", inScenarioFiles],
] as const)("a mistake %s", (_where, way, mistakes) => {
  it.each(mistakes)("%s", async (_, argv, message, hint) => {
    const before = folder.files();
    const { code, stdout, stderr } = await folder[way](...argv);
    const [first = "", ...more] = stderr.trimEnd().split("\n");
    expect(first).toMatch(/^brownout: /);
    expect(first).toMatch(message);
    expect(more.join("\n")).toMatch(hint);
    expect(more.length).toBeLessThan(4);
    expect(stderr).not.toMatch(/^\s+at |undefined|\[object/m);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(folder.files()).toEqual(before);
  });
});
