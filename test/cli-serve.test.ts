/** The commands for programs of any language: what is refused, and what is printed. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { readOutages } from "../harness/cli/outage-option.ts";
import { readSimulatorOptions } from "../harness/cli/serve-options.ts";
import { createFolder, type Folder } from "./command-line.ts";

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
  folder.write(
    "ready.json",
    JSON.stringify({
      schema: "brownout/ready/1",
      pid: 1,
      host: "127.0.0.1",
      port: 8443,
      proxy: "http://127.0.0.1:8443",
      ca: "/a folder/ca.pem",
      control: "http://127.0.0.1:9000",
      token: "abc",
      seed: "1",
      machine: { IDENTITY_ENDPOINT: "http://127.0.0.1:8443/msi/token" },
    }),
  );
  folder.write("bad.json", "{ not json");
  folder.write("plan.json", '[{ "id": "x" }]');
});
afterAll(() => folder.remove());

describe("brownout env", () => {
  it.each([
    ["curl", "CURL_CA_BUNDLE='/a folder/ca.pem'"],
    ["python", "REQUESTS_CA_BUNDLE='/a folder/ca.pem'"],
    ["go", "SSL_CERT_FILE='/a folder/ca.pem'"],
    ["node", "NODE_USE_ENV_PROXY=1"],
    ["dotnet", "HTTPS_PROXY=http://127.0.0.1:8443"],
    ["java", "-Dhttps.proxyPort=8443"],
  ])("prints the variables for %s", async (name, line) => {
    const { code, stdout } = await folder.main("env", "--for", name, "--ready-file", "ready.json");
    expect(code).toBe(0);
    expect(stdout).toContain(line);
    expect(stdout).toContain("export IDENTITY_ENDPOINT=http://127.0.0.1:8443/msi/token");
  });

  it.each([
    [["--for", "pyton", "--ready-file", "ready.json"], 'Did you mean "python"?'],
    [["--for", "python"], "needs an ecosystem and a ready file"],
    [["--for", "python", "--ready-file", "none.json"], "there is no such file"],
    [["--for", "python", "--ready-file", "bad.json"], "brownout serve --ready-file FILE writes it"],
  ])("refuses %j", async (argv, said) => {
    const { code, stderr } = await folder.main("env", ...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
  });
});

describe("brownout ca", () => {
  it("prints a bundle that ends with the simulator's certificate", async () => {
    const { code, stdout } = await folder.main("ca", "bundle");
    expect(code).toBe(0);
    expect(stdout).toMatch(/-----BEGIN CERTIFICATE-----[^]*-----END CERTIFICATE-----\n$/);
  });

  it("makes an authority of the project's own, once, with a key for its user alone", async () => {
    const project = createFolder();
    onTestFinished(() => project.remove());
    expect((await project.main("ca", "path")).stdout).toContain("fixtures");
    const { code, stdout } = await project.main("ca", "init");
    const file = join(project.path, ".brownout", "ca.cert.pem");
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${file}\n` });
    expect((await project.main("ca", "path")).stdout).toBe(stdout);
    expect(statSync(join(project.path, ".brownout", "ca.key.pem")).mode & 0o777).toBe(0o600);
    expect(await project.main("ca", "init")).toMatchObject({ code: 2 });
  });

  it("refuses what it cannot do", async () => {
    expect(await folder.main("ca", "bundel")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean "bundle"?') as string,
    });
  });
});

describe("wrong use", () => {
  it.each([
    [["serve", "--clock", "x0"], "expected real, stepped, or x and a number"],
    [["serve", "--listen", "here"], "expected an address and a port"],
    [["serve", "--listen", "127.0.0.1:70000"], "expected an address and a port"],
    [["serve", "--world", "bad.json"], "expected JSON"],
    [["serve", "--plan", "plan.json"], "plan.json"],
    [["serve", "--host", "api.contoso.test=http://127.0.0.1:1"], "brownout ca init"],
    [["serve", "--otlp", "collector"], "expected an address"],
    [["serve", "--upstream", "keycloak:8080"], "expected an address"],
    [["serve", "--upstream", "http://127.0.0.1:8080/realms"], "an address without a path"],
    [["serve", "--upstream", "https://login.microsoftonline.com"], "is simulated"],
    [["serve", "--upstream", "http://127.0.0.1:9", "--clock", "stepped"], "a clock of its own"],
    [
      ["exec", "--isolate", "netns", "--upstream", "http://127.0.0.1:9", "--", "true"],
      "an upstream is not reached from it",
    ],
    [["serve", "python3"], 'serve takes no "python3"'],
    [["serve", "--machine", "web-wm"], 'Did you mean "web-vm"'],
    [["exec"], "exec needs a command"],
    [["exec", "--isolate", "jail", "--", "true"], "expected auto, netns, proxy or none"],
    [["exec", "--isolate", "proxy", "--outage", "throtled", "--", "true"], '"throttled"'],
    [["exec", "--isolate", "proxy", "--outage", "throttled@soon", "--", "true"], "soon"],
    [["op", "load"], "op needs a name and a command"],
    [["op", "load", "--", "true"], "nothing is served here"],
  ])("%j ends with exit code 2 and a reason", async (argv, said) => {
    const { code, stderr } = await folder.main(...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe("the seed", () => {
  it("is another one with each start, and stays the same where it is named", () => {
    const read = (values: { readonly seed?: string }) =>
      readSimulatorOptions(values, { cwd: folder.path, environment: {} });
    expect(read({}).seed).not.toBe(read({}).seed);
    expect(read({})).toMatchObject({ seedIsRandom: true });
    expect(read({ seed: "7" })).toEqual(expect.not.objectContaining({ seedIsRandom: true }));
    expect(read({ seed: "7" }).seed).toBe("7");
  });
});

describe("--outage", () => {
  it.each([
    ["throttled", [{ id: "throttled", from: 0, for: 86_400_000 }]],
    ["throttled@10s", [{ from: 10_000, for: 86_400_000 }]],
    ["throttled+5m", [{ from: 0, for: 300_000 }]],
    ["throttled@10s+5m", [{ from: 10_000, for: 300_000 }]],
  ])("reads %s", (text, windows) => {
    expect(readOutages(text)).toMatchObject([windows]);
  });

  it("reads several, and none", () => {
    expect(readOutages("throttled@10s, outage+5m").flat()).toMatchObject([
      { id: "throttled" },
      { id: "outage" },
    ]);
    expect(readOutages(undefined)).toEqual([]);
  });
});
