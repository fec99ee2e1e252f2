/** The key-file step of Azure Arc: what the simulator demands, and what the real client refuses. */
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import type { AppRegistration } from "../directory/world.ts";
import type { ClientContext, ClientInstance } from "../../clients/client.ts";
import { openManagedIdentity } from "../../clients/msal-node/msal-node-managed-identity.ts";
import { createRandom } from "../../core/random.ts";
import { createMachinePlacements } from "../../runner/simulation/machine-placements.ts";
import { createKeyFiles, keyFolder } from "./key-files.ts";
import { machineBench, type MachineBench } from "../../../test/support/managed-identity.ts";

const query = "?api-version=2020-06-01&resource=https://graph.microsoft.com";
const metadata = { metadata: "true" };

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

function arc(): MachineBench {
  const bench = machineBench("till-arc");
  open.push(bench);
  return bench;
}

/** The path that a challenge names. */
async function challenged(bench: MachineBench): Promise<string> {
  const { status, headers } = await bench.ask(query, { headers: metadata });
  expect(status).toBe(401);
  const [, path = ""] = /^Basic realm=(.+)$/.exec(headers.get("www-authenticate") ?? "") ?? [];
  return path;
}

const shown = (content: string) => ({
  headers: { ...metadata, authorization: `Basic ${content}` },
});

describe("the agent of Arc", () => {
  it("names a new, small key file each time, and accepts its content once", async () => {
    const bench = arc();
    const [one, two] = [await challenged(bench), await challenged(bench)];
    expect(one).not.toBe(two);
    expect(one.startsWith(keyFolder()) && one.endsWith(".key")).toBe(true);
    const content = readFileSync(one, "utf8");
    expect(content).not.toBe(readFileSync(two, "utf8"));
    expect(content.length).toBeLessThan(4_096);
    expect((await bench.ask(query, shown(content))).status).toBe(200);
    expect(existsSync(one)).toBe(false);
    expect(await bench.ask(query, shown(content))).toMatchObject({
      status: 401,
      body: { error: "unauthorized_client" },
    });
  });

  it("refuses a guess, a request without the header, and an unknown version", async () => {
    const bench = arc();
    await challenged(bench);
    expect((await bench.ask(query, shown("guess"))).status).toBe(401);
    expect((await bench.ask(query)).body).toMatchObject({ error: "invalid_request" });
    const wrong = await bench.ask("?api-version=1", { headers: metadata });
    expect(wrong.body).toHaveProperty("newest-versions");
  });

  it("repeats the selector of a user-assigned identity, which clients check", async () => {
    const bench = arc();
    const { clientId } = appNamed("shop-identity");
    const content = readFileSync(await challenged(bench), "utf8");
    const { body } = await bench.ask(`${query}&client_id=${clientId}`, shown(content));
    expect(body["client_id"]).toBe(clientId);
  });

  it("writes to a temporary folder where the real one is not writable, under the same path, and leaves nothing", () => {
    const files = createKeyFiles({ random: createRandom("x"), folder: "/dev/null/tokens/" });
    const temporary = (): string[] =>
      readdirSync(tmpdir()).filter((name) =>
        new RegExp(`^brownout-arc-.*-${process.pid}-`).test(name),
      );
    const before = temporary();
    const path = files.write("till-arc");
    expect(path).toMatch(/^\/dev\/null\/tokens\/.+\.key$/);
    expect(files.take("till-arc", readFileSync(path, "utf8"))).toBe(true);
    files.close();
    expect(() => readFileSync(path)).toThrow("ENOTDIR");
    expect(temporary()).toEqual(before);
  });
});

describe("msal-node on Arc", () => {
  it("reads the file and gets its token", async () => {
    const { accessToken } = await ask(client(arc()));
    expect(accessToken).not.toBe("");
  });

  it.each([
    [
      "in a folder that is not the agent's",
      () => `${mkdtempSync(`${tmpdir()}/arc-`)}/a.key`,
      "invalid_file_path",
    ],
    ["that is no key", (path: string) => path.replace(/\.key$/, ".txt"), "invalid_file_extension"],
    [
      "that is not there",
      (path: string) => path.replace(/\.key$/, "0.key"),
      "unable_to_read_secret_file",
    ],
    ["of more than 4096 bytes", enlarge, "invalid_secret"],
  ])("refuses a file %s", async (_, change, code) => {
    await expect(ask(client(arc(), change))).rejects.toMatchObject({ errorCode: code });
  });
});

function enlarge(path: string): string {
  appendFileSync(path, "x".repeat(4_096));
  return path;
}

function appNamed(name: string): AppRegistration {
  const app = contoso.tenants[0]?.apps.find((candidate) => candidate.name === name);
  if (app === undefined) throw new Error(`no app ${name}`);
  return app;
}

/** The real client on that machine; `change` alters the path that a challenge names. */
function client(bench: MachineBench, change = (path: string): string => path): ClientInstance {
  const app = appNamed("till-arc-identity");
  const room = createMachinePlacements(contoso);
  room.place("test", app, "till-arc");
  open.push(room);
  const transport = async (request: Request): Promise<Response> => {
    const response = await bench.service.handle(request);
    const challenge = response.headers.get("www-authenticate");
    if (challenge !== null) {
      const [, path = ""] = /^Basic realm=(.+)$/.exec(challenge) ?? [];
      response.headers.set("www-authenticate", `Basic realm=${change(path)}`);
    }
    return response;
  };
  const [tenant] = contoso.tenants;
  if (tenant === undefined) throw new Error("no tenant");
  return openManagedIdentity({ app, tenant, cache: "memory" }, { transport } as ClientContext);
}

function ask(instance: ClientInstance) {
  const tokenRequest = {
    flow: "managed-identity",
    scopes: ["https://graph.microsoft.com"],
  } as const;
  return instance.acquire(tokenRequest, new AbortController().signal);
}
