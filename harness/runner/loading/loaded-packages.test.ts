/** Which packages a run used: fixtures outside of this repository, loaded by a plain Node process. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LoadedFrom, LoadedPackage } from "./loaded-packages.ts";
import { isSignInPackage } from "./sign-in-packages.ts";

const program = `
  import { packagesLoadedFrom, watchLoadedPackages } from ${JSON.stringify(new URL("loaded-packages.ts", import.meta.url).href)};
  import { registerModuleHooks } from ${JSON.stringify(new URL("module-hooks.ts", import.meta.url).href)};
  const { first, from } = JSON.parse(process.argv[1]);
  watchLoadedPackages();
  for (const file of first) await import(file);
  registerModuleHooks();
  for (const file of from.files) await import(file + "?brownout-round=1");
  console.log(JSON.stringify(packagesLoadedFrom(from)));
`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-packages-"));
  write("app.ts", 'import "./inner.ts"; export default {};');
  write("inner.ts", 'import { sign } from "acme-auth"; sign();');
  write("other.ts", 'import "openid-client";');
  write("library.mjs", 'import "acme-auth";');
  write("late.ts", 'export const later = import("openid-client"); await later;');
  put("acme-auth", "2.0.0", 'exports.sign = () => require("@azure/msal-node");');
  put("@azure/msal-node", "6.0.1", 'require("@azure/msal-common"); require("lodash");', "dist/cjs");
  put("@azure/msal-common", "15.0.0", "");
  write("bundle.mjs", `${banner("@azure/msal-node", "7.2.1")}\nexport {};`);
  put(
    "@azure/msal-browser",
    "5.0.0",
    `require("lodash"); ${banner("@azure/msal-common", "15.5.0")}`,
  );
  put("openid-client", "6.8.9", "");
  put("lodash", "4.17.21", "");
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

/** Installs a package; the folder of its build has a manifest without a name, as that of MSAL has. */
function put(name: string, version: string, text: string, build = "lib"): void {
  const main = `${build}/index.cjs`;
  write(`node_modules/${name}/package.json`, JSON.stringify({ name, version, main }));
  write(`node_modules/${name}/${build}/package.json`, '{ "type": "commonjs" }');
  write(`node_modules/${name}/${main}`, text);
}

function packagesOf(
  names: readonly string[],
  {
    first = [],
    ...client
  }: Omit<LoadedFrom, "files"> & { readonly first?: readonly string[] } = {},
): readonly LoadedPackage[] {
  const files = names.map((name) => join(folder, name));
  const asked = { first: first.map((name) => join(folder, name)), from: { files, ...client } };
  const output = execFileSync(
    process.execPath,
    ["--input-type=module", "--eval", program, "--", JSON.stringify(asked)],
    { encoding: "utf8" },
  );
  return JSON.parse(output) as readonly LoadedPackage[];
}

/** As MSAL's builds have it. */
function banner(name: string, version: string): string {
  return `/*! ${name} v${version} 2026-11-06 */`;
}

const msal = [
  { name: "@azure/msal-common", version: "15.0.0" },
  { name: "@azure/msal-node", version: "6.0.1" },
];
const openid = [{ name: "openid-client", version: "6.8.9" }];

describe("the packages of a run", () => {
  it("are those that the user's files load, through others of any name", () => {
    expect(packagesOf(["app.ts"])).toEqual(msal);
  });

  it("are found again when another file of the process had loaded them before", () => {
    expect(packagesOf(["app.ts"], { first: ["library.mjs"] })).toEqual(msal);
  });

  it("are not those that only another file of the process has loaded", () => {
    expect(packagesOf(["other.ts"], { first: ["library.mjs"] })).toEqual(openid);
  });

  it("may be imported late", () => {
    expect(packagesOf(["late.ts"])).toEqual(openid);
  });

  it("are those of the client's own package, where it is one", () => {
    const client = { npm: "@azure/msal-node", version: "6.0.1" };

    expect(packagesOf([], { first: ["app.ts"], client })).toEqual(msal);
    expect(packagesOf([], { client })).toEqual([{ name: client.npm, version: client.version }]);
  });
});

it("are also those that were bundled into a file of MSAL, or of the user", () => {
  const client = { npm: "@azure/msal-browser", version: "5.0.0" };
  write("page.ts", 'import "@azure/msal-browser"; import "lodash";');
  expect(packagesOf(["page.ts"], { client })).toEqual([
    { name: "@azure/msal-browser", version: "5.0.0" },
    { name: "@azure/msal-common", version: "15.5.0" },
  ]);
  expect(packagesOf(["bundle.mjs"])).toEqual([{ name: "@azure/msal-node", version: "7.2.1" }]);
});

it("knows sign-in packages by their names", () => {
  const known = ["@azure/msal-react", "@azure/identity", "msal", "next-auth", "@auth/core"];
  expect(known.filter(isSignInPackage)).toEqual(known);
  expect(
    ["msal-mock", "lodash", "@azure/storage-blob", "identity"].filter(isSignInPackage),
  ).toEqual([]);
});
