/** `brownout exec --time leap`: a command whose clock leaps with that of the simulator. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findFaketime } from "../harness/clients/drivers/faketime.ts";
import { createFolder, type Folder } from "./command-line.ts";

vi.setConfig({ testTimeout: 240_000 });

const PYTHON = "/usr/bin/python3";

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
});
afterAll(() => folder.remove());

const exec = (...argv: string[]) => folder.brownoutWithin(120_000, "exec", ...argv);

describe.skipIf(findFaketime() === undefined)(
  "time that leaps (skipped without libfaketime)",
  () => {
    const script = `
import json, os, time, urllib.request
before = time.time()
request = urllib.request.Request(os.environ["BROWNOUT_CONTROL"] + "/clock/advance",
  headers={"Authorization": "Bearer " + os.environ["BROWNOUT_TOKEN"]}, data=b'{ "by": "91d" }')
now = json.load(urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request))["now"]
print(round(time.time() - before), round(time.time() - now / 1000))
`;

    it.each([[[]], [["--isolate", "proxy"]]])(
      "is one for the command and the simulator, with %j",
      (options) => {
        folder.write("leap.py", script);
        const { stdout, stderr } = exec(...options, "--time", "leap", "--", PYTHON, "leap.py");
        expect({ stdout, stderr }).toMatchObject({ stdout: `${91 * 86_400} 0\n` });
      },
    );

    it("is refused for a program of Go, which does not follow", () => {
      const esbuild = join(import.meta.dirname, "../node_modules/@esbuild/linux-x64/bin/esbuild");
      if (!existsSync(esbuild)) return;
      const { code, stderr } = exec("--time", "leap", "--", esbuild, "--version");
      expect(code).toBe(2);
      expect(stderr).toMatch(/esbuild is (?:a program of Go|linked statically)/);
    });

    it("is refused beside another clock", () => {
      const { code, stderr } = exec("--time", "leap", "--clock", "x60", "--", "date");
      expect({ code, stderr }).toMatchObject({ code: 2 });
      expect(stderr).toContain("moved step by step");
    });
  },
);
