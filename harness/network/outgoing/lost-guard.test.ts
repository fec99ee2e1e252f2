import { describe, expect, it } from "vitest";
import { lostGuardIn } from "./lost-guard.ts";

describe("a command line loses the guard", () => {
  it.each([
    ["sh -c env -i PATH=/bin node job.mjs", "env -i"],
    ["/usr/bin/env -i node job.mjs", "env -i"],
    ["env - node job.mjs", "env -i"],
    ["env -v --ignore-environment node job.mjs", "env -i"],
    ["env -u NODE_OPTIONS node job.mjs", "env -u"],
    ["env A=1 --unset=https_proxy curl x", "env -u"],
    ["sudo -u www node job.mjs", "sudo"],
    ["curl --noproxy * https://x", "--noproxy"],
    ["sh -c unset HTTPS_PROXY; curl https://x", "unset"],
    ["sh -c cd /tmp && NODE_OPTIONS= node job.mjs", "its own NODE_OPTIONS or proxy"],
    ["sh -c https_proxy= curl https://x", "its own NODE_OPTIONS or proxy"],
    ["sh -c NO_PROXY=* curl https://x", "its own NO_PROXY"],
  ])("in %s", (line, by) => {
    expect(lostGuardIn(line)).toBe(by);
  });

  it.each([
    "node job.mjs",
    "env A=1 node -i",
    "node environment.mjs -i",
    "sh -c printenv | grep proxy",
    "sudo -E node job.mjs",
    "node job.mjs --no-proxying",
    "sh -c echo unset",
    "git commit -m env",
  ])("not in %s", (line) => {
    expect(lostGuardIn(line)).toBeUndefined();
  });
});
