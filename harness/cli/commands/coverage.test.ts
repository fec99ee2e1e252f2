/** `brownout coverage` as a person calls it: every answer exits 0, every mistake 2. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFolder, type Folder } from "../../../test/command-line.ts";
import { mailApp, workerApp } from "../../../test/support/coverage.ts";

let folder: Folder;

beforeAll(() => {
  folder = createFolder();
  folder.write("mail.json", JSON.stringify(mailApp));
  folder.write("worker.json", JSON.stringify(workerApp));
  folder.write(
    "guests.json",
    JSON.stringify({ ...mailApp, silentFirst: false, usesUserInfo: true }),
  );
  const frequency = { name: "Daily", state: "enabled", sessionControls: ["sign-in-frequency"] };
  folder.write("daily.json", JSON.stringify({ ...mailApp, policies: [frequency] }));
  folder.write(
    "wrong.json",
    JSON.stringify({ ...mailApp, policies: [{ ...frequency, state: "on" }] }),
  );
  folder.write("cut.json", '{"name":');
});
afterAll(() => folder.remove());

describe("brownout coverage", () => {
  it("answers in plain text: the verdict, each rule with its source, what to change", async () => {
    const { code, stdout, stderr } = await folder.main("coverage", "guests.json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Contoso Mail: not protected\nEdition 2026-03: /);
    expect(stdout).toMatch(/^ {2}no {3}E10 +It asks the user without[^\n]+\n +https:/m);
    expect(stdout).toMatch(/^ {2}yes {2}E9 +Its scopes are fixed\.$/m);
    expect(stdout).toMatch(/\nWhat to change:\n {2}- Read the same claims[^]+- Acquire tokens/);
  });

  it("says what still hangs on each sign-in of a protected user, not of a workload", async () => {
    const mail = await folder.main("coverage", "mail.json");
    expect(mail.stdout).toMatch(/^Contoso Mail: protected\n[^]*three days[^]*\(E1, E2, E4, E5\)/);
    expect(mail.stdout).not.toMatch(/What to change/);
    const worker = await folder.main("coverage", "worker.json");
    expect(worker.stdout).toMatch(/^Contoso Worker: protected\n/);
    expect(worker.stdout).not.toMatch(/E1, E2/);
  });

  it("prints the contract's JSON", async () => {
    const { code, stdout } = await folder.main(
      "coverage",
      "--flow",
      "on-behalf-of",
      "--edition",
      "2023-06",
      "--json",
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      schema: "brownout/coverage/1",
      subject: "flow on-behalf-of",
      edition: "2023-06",
      verdict: "not",
      rules: [
        {
          id: "E8",
          holds: false,
          why: expect.stringMatching(/one day[^]+managed identity/),
          source: expect.stringMatching(/backup-authentication-system-apps$/),
        },
      ],
    });
  });

  it.each([
    [["--app", "slack"], "Slack: not protected"],
    [["--app", "Workday", "--believe", "text"], "Workday: partly protected"],
    [["--resource", "Microsoft.Storage"], "Microsoft.Storage (Azure Storage): protected"],
    [["--flow", "managed-identity"], "flow managed-identity: protected"],
    [["daily.json"], "Contoso Mail: protected"],
    [["daily.json", "--sign-in-frequency", "block"], "Contoso Mail: not protected"],
  ])("%j exits 0", async (argv, first) => {
    const { code, stdout } = await folder.main("coverage", ...argv);
    expect({ code, first: stdout.split("\n", 1)[0] }).toEqual({ code: 0, first });
  });

  it.each([
    ["no subject", [], /coverage needs one subject, found none/, /--app, --resource and --flow/],
    ["two subjects", ["mail.json", "--app", "Slack"], /one subject, found 2/, /brownout coverage/],
    ["an unknown application", ["--app", "Slak"], /no application "Slak"/, /mean Slack or Spark/],
    [
      "an unknown resource",
      ["--resource", "Microsoft.Sqll"],
      /no Azure resource/,
      /Microsoft\.Sql/,
    ],
    ["an unknown flow", ["--flow", "device"], /no flow "device"/, /"device-code"/],
    ["an unknown edition", ["mail.json", "--edition", "2023"], /no edition "2023"/, /2023-06/],
    [
      "a switch it does not have",
      ["mail.json", "--sign-in-frequency", "extends"],
      /--sign-in-frequency is "extends"; it is extend or block/,
      /"extend"/,
    ],
    ["a file that is not there", ["mial.json"], /mial\.json: there is no such file/, /mail\.json/],
    ["a file that is no JSON", ["cut.json"], /cut\.json: expected JSON/, /coverage-app\.json/],
    [
      "a wrong field",
      ["wrong.json"],
      /wrong\.json: app\.policies\[0\]\.state: expected one of "enabled", .*, got "on"/,
      /^$/,
    ],
  ])("%s exits 2 and says where", async (_, argv, message, hint) => {
    const { code, stdout, stderr } = await folder.main("coverage", ...argv);
    const [first, ...more] = stderr.trimEnd().split("\n");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(first).toMatch(message);
    expect(more.join("\n")).toMatch(hint);
  });
});
