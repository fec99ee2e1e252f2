/**
 * `DefaultAzureCredential` on a developer's machine: nothing but the command line `az` knows a
 * token, and the chain comes to it last. `az` is a program of this test on the PATH; it takes
 * real time to start, and virtual time stands meanwhile.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { DefaultAzureCredential } from "@azure/identity";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { useEntra } from "../../harness/integrations/vitest.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-az-"));
  const answer = { accessToken: "token-of-az", expires_on: 1_772_500_000, tokenType: "Bearer" };
  const az = join(folder, "az");
  writeFileSync(az, `#!/bin/sh\nsleep 0.3\necho '${JSON.stringify(answer)}'\n`);
  chmodSync(az, 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"] ?? ""}`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const entra = useEntra({ app: { name: "script" } });

// The program is a shell script.
describe.skipIf(process.platform === "win32")("DefaultAzureCredential", () => {
  it("comes to the command line, and time stands while that runs", async () => {
    const credential = new DefaultAzureCredential();
    const before = entra.clock.now();
    const { token } = await entra.operate("sign in", () =>
      credential.getToken("https://management.azure.com/.default"),
    );
    expect(token).toBe("token-of-az");
    // The machine has no identity endpoint: the chain goes on.
    expect(entra.requests().map(({ host, failed }) => [host, failed])).toEqual([
      ["169.254.169.254", "ECONNREFUSED"],
    ]);
    expect(entra.clock.now() - before).toBe(0);
  });
});
