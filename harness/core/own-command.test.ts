import { afterEach, describe, expect, it, vi } from "vitest";
import { ownCommand } from "./own-command.ts";

afterEach(() => vi.unstubAllEnvs());

describe("the command of the package", () => {
  it.each([
    ["pnpm/10.24.0 npm/? node/v20.20.2 linux x64", "pnpm exec brownout"],
    ["yarn/4.12.0 npm/? node/v20.20.2 linux x64", "yarn brownout"],
    ["bun/1.3.0 npm/? node/v24.3.0 linux x64", "bunx brownout"],
    ["npm/10.8.2 node/v20.20.2 linux x64 workspaces/false", "npx brownout"],
    [undefined, "npx brownout"],
  ])("under %s is %s", (agent, command) => {
    vi.stubEnv("npm_config_user_agent", agent);
    expect(ownCommand()).toBe(command);
  });

  it("is that of a named manager under another one", () => {
    vi.stubEnv("npm_config_user_agent", "npm/10.8.2 node/v20.20.2");
    expect(ownCommand("yarn")).toBe("yarn brownout");
  });
});
