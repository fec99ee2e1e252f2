/**
 * `run --client NAME@VERSION` in a project whose `.npmrc` names a private registry: that one alone
 * is asked, with the project's token, and the run goes through to its verdict.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Results } from "../harness/reporting/model/results.ts";
import { cleanEnvironment, run, SLOW_MS } from "./clean-machine.ts";
import { root } from "./support/guides.ts";

const TOKEN = "of-the-team";
const seen: { readonly path: string; readonly isAllowed: boolean }[] = [];
let upstream = "";
let place = "";

/** A registry that passes on what those with its token ask, as a company's own does. */
const registry = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(502).end(String(error));
  });
});

async function answer({ url = "", headers }: IncomingMessage, response: ServerResponse) {
  const isAllowed = headers.authorization === `Bearer ${TOKEN}`;
  const path = decodeURIComponent(url.replace(/^\/npm\//, ""));
  seen.push({ path, isAllowed });
  if (!isAllowed || !url.startsWith("/npm/")) {
    response.writeHead(401).end("{}");
    return;
  }
  const accept = headers.accept ?? "*/*";
  const passed = await fetch(new URL(url.slice("/npm/".length), upstream), { headers: { accept } });
  const type = passed.headers.get("content-type") ?? "application/octet-stream";
  response.writeHead(passed.status, { "content-type": type });
  response.end(Buffer.from(await passed.arrayBuffer()));
}

beforeEach(() => {
  seen.length = 0;
});
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "brownout-private-registry-"));
  upstream = run(place, "npm", "config", "get", "registry").trim();
  registry.listen(0, "localhost");
  await once(registry, "listening");
});
afterAll(async () => {
  registry.closeAllConnections();
  await new Promise((resolve) => registry.close(resolve));
  rmSync(place, { recursive: true, force: true });
});

/** A run with a version that is not installed here, in a project that has this line of a token. */
async function runIn(name: string, credentials: string) {
  const { port } = registry.address() as AddressInfo;
  const folder = join(place, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  writeFileSync(
    join(folder, ".npmrc"),
    `registry=http://localhost:${port}/npm/\n${credentials.replace("HOST", `//localhost:${port}/npm/`)}`,
  );
  const argv = ["run", "token-throttled", "--client", "msal-node@2.16.3", "--no-control", "--json"];
  const child = spawn(process.execPath, [`${root}bin/brownout.js`, ...argv, "--cache", "cache"], {
    cwd: folder,
    env: {
      ...cleanEnvironment,
      NO_COLOR: "1",
      TEAM_TOKEN: TOKEN,
      npm_config_cache: join(folder, "npm-cache"),
    },
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

it("is asked for the version, which then plays its scenario", { timeout: SLOW_MS }, async () => {
  const { code, stdout, stderr } = await runIn("with-token", "HOST:_authToken=${TEAM_TOKEN}\n");
  expect(stderr).not.toContain("npm cannot get");
  const { runs } = JSON.parse(stdout) as Results;
  expect(runs.map(({ client }) => client)).toEqual([{ name: "msal-node", version: "2.16.3" }]);
  // What this version does wrong in the scenario is no matter here.
  expect([0, 1]).toContain(code);
  expect(runs[0]?.findings.length).toBeGreaterThan(0);
  const paths = seen.map(({ path }) => path);
  expect(paths).toContain("@azure/msal-node/-/msal-node-2.16.3.tgz");
  expect(paths).toContainEqual(expect.stringMatching(/^@azure\/msal-common\/-\/.*\.tgz$/));
  expect(seen.filter(({ isAllowed }) => !isAllowed)).toEqual([]);
});

it("is not asked with a token that the project does not have", { timeout: SLOW_MS }, async () => {
  const { code, stdout, stderr } = await runIn("without-token", "");
  expect(stderr).toMatch(
    /^brownout: msal-node 2\.16\.3 is not installed here.* npm cannot get @azure\/msal-node: .*\(E401\)/,
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(seen.filter(({ isAllowed }) => isAllowed)).toEqual([]);
});
