/** Requests for tokens of managed identities, which the backup observes and serves by the app alone. */
import { expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { parseObject } from "../../core/http/json-object.ts";
import { createRequest, createResponse, textOfResponse } from "../../core/http/message.ts";
import { createRandom } from "../../core/random.ts";
import { createDirectory } from "../directory/directory.ts";
import { createBackup } from "./backup.ts";

it("the backup serves an identity once the primary has given it a token", async () => {
  const clock = { now: () => Date.UTC(2026, 2, 2, 8), sleep: () => Promise.resolve() };
  const backup = createBackup({
    directory: createDirectory(contoso, clock),
    clock,
    random: createRandom("identities"),
    settings: { ...contoso.settings, backupManagedIdentities: "seen" },
    edition: "2026-03",
    primaryWellAtMs: clock.now,
    managedIdentities: {
      isAsking: ({ url }) => url.includes("identity"),
      issue: () => ({ access_token: "of the identity" }),
    },
  });
  const request = (path: string): Request =>
    createRequest(`https://westeurope.login.microsoft.com/${path}`);
  const answer = async (path = "identity") => {
    const response = await backup.serve(request(path));
    return response && parseObject(await textOfResponse(response));
  };
  const observe = (status: number, path = "identity") =>
    backup.observe(request(path), createResponse("", { status, headers: [] }));
  expect(await answer()).toBeUndefined();
  await observe(400);
  await observe(200, "keys");
  expect(await answer()).toBeUndefined();
  await observe(200);
  expect(await answer()).toEqual({ access_token: "of the identity" });
  expect(await answer("keys")).toBeUndefined();
});
