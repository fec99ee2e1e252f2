import { expect, it } from "vitest";
import { playedCommand } from "./played-command.ts";

it.each([
  ["brownout run --seed 3 --label night-12 --json", "run"],
  [
    "brownout run 'token-*' ./my.scenario.ts --mount direct --out reports/o",
    "run 'token-*' ./my.scenario.ts --mount direct",
  ],
  ["brownout run --label 'it is --client x' --client msal-node@6", "run --client msal-node@6"],
  ["brownout merge shard-1 shard-2", "merge shard-1 shard-2"],
])("a command says what is played: %s", (command, played) => {
  expect(playedCommand(command)).toBe(played);
});
