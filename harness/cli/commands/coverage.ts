/**
 * `brownout coverage`: whether an application, a flow or an Azure resource is protected by
 * the backup authentication system, and why not. An answer is no failure, so it exits 0.
 */
import { relative, resolve } from "node:path";
import { editionIds, editionOf, newestEdition } from "../../entra/backup/edition.ts";
import { parseRegistration } from "../../entra/backup-coverage/registration.ts";
import {
  findApp,
  findEdition,
  findFlow,
  findResource,
} from "../../entra/backup-coverage/find-named.ts";
import { judgeApp, judgeFlow, judgeResource } from "../../entra/backup-coverage/judge-named.ts";
import { judgeRegistration } from "../../entra/backup-coverage/judge.ts";
import {
  coverageJson,
  defaultSwitches,
  type Judgement,
  type Switches,
} from "../../entra/backup-coverage/coverage-judgement.ts";
import { HarnessError } from "../../core/errors.ts";
import { createPaint, type Paint } from "../../reporting/formats/terminal.ts";
import { type Arguments, chosenValue, type Options } from "../arguments.ts";
import type { Io } from "../io.ts";
import { readTextFile } from "../text-file.ts";

/** The options of `brownout coverage`. */
export const coverageOptions = {
  app: {
    value: "NAME",
    says: "an application of the gallery that the article names, such as Slack",
  },
  resource: { value: "NAME", says: "an Azure resource provider, such as Microsoft.Storage" },
  flow: { value: "FLOW", says: "a flow by itself, such as on-behalf-of" },
  edition: {
    value: "ID",
    says: `judge by the articles of that date: ${editionIds.join(", ")} (default ${newestEdition})`,
  },
  "sign-in-frequency": {
    value: "HOW",
    says: "extend or block: the articles disagree on policies with it (default extend)",
  },
  "authentication-strengths": {
    value: "HOW",
    says: "ignore or block: the articles disagree on policies with it (default ignore)",
  },
  believe: {
    value: "WHAT",
    says: "table or text, where an article contradicts itself: 21Vianet, Workday (default table)",
  },
  json: { says: "print JSON" },
} as const satisfies Options;

type Given = Arguments<typeof coverageOptions>;

/** Prints the answer; returns the exit code. */
export function coverageCommand(given: Given, io: Io): number {
  const judgement = judge(given, io.cwd);
  io.stdout.write(
    given.values.json === undefined
      ? textOf(judgement, createPaint(io.stdout, io.environment))
      : `${JSON.stringify(coverageJson(judgement), null, 2)}\n`,
  );
  return 0;
}

function judge({ values, positionals }: Given, cwd: string): Judgement {
  const edition = values.edition === undefined ? newestEdition : findEdition(values.edition);
  const switches = switchesOf(values);
  const { app, resource, flow } = values;
  const subjects = [
    ...positionals.map((path) => () => judgeFile(path)),
    ...(app === undefined ? [] : [() => judgeApp(findApp(app), edition, switches)]),
    ...(resource === undefined ? [] : [() => judgeResource(findResource(resource), edition)]),
    ...(flow === undefined ? [] : [() => judgeFlow(findFlow(flow), edition)]),
  ];
  const [subject] = subjects;
  if (subject === undefined || subjects.length > 1) {
    const found = subjects.length === 0 ? "none" : subjects.length;
    throw new HarnessError("bad-usage", `coverage needs one subject, found ${found}`, {
      hint: "Name a file, or one of --app, --resource and --flow: brownout coverage app.json",
    });
  }
  return subject();

  function judgeFile(path: string): Judgement {
    const absolute = resolve(cwd, path);
    const inside = relative(cwd, absolute);
    const place = inside.startsWith("..") ? absolute : inside;
    return judgeRegistration(
      parseRegistration(readTextFile(absolute, path), place),
      edition,
      switches,
    );
  }
}

function switchesOf(values: Given["values"]): Switches {
  const frequency = values["sign-in-frequency"];
  const strength = values["authentication-strengths"];
  const { believe } = values;
  const choose = <Choice extends string>(
    option: string,
    value: string | undefined,
    choices: readonly Choice[],
  ) =>
    value === undefined ? undefined : chosenValue({ command: "coverage", option }, value, choices);
  return {
    signInFrequency:
      choose("sign-in-frequency", frequency, ["extend", "block"]) ??
      defaultSwitches.signInFrequency,
    authenticationStrengths:
      choose("authentication-strengths", strength, ["ignore", "block"]) ??
      defaultSwitches.authenticationStrengths,
    believe: choose("believe", believe, ["table", "text"]) ?? defaultSwitches.believe,
  };
}

const verdictWords = {
  protected: ["green", "protected"],
  partly: ["yellow", "partly protected"],
  not: ["red", "not protected"],
} as const;

function textOf({ subject, edition, verdict, rules, identities }: Judgement, paint: Paint): string {
  const [colour, words] = verdictWords[verdict];
  const width = Math.max(...rules.map(({ id }) => id.length));
  const changes = new Set(rules.flatMap((rule) => (rule.holds ? [] : [rule.change])));
  return [
    `${paint("bold", subject)}: ${paint(colour, words)}`,
    `Edition ${edition}: ${editionOf(edition).title}.`,
    "",
    ...rules.flatMap(({ id, holds, why, source }) => [
      `  ${holds ? paint("green", "yes") : paint("red", "no ")}  ${id.padEnd(width)}  ${why}`,
      paint("dim", `${" ".repeat(width + 9)}${source}`),
    ]),
    ...(changes.size === 0
      ? []
      : ["", "What to change:", ...[...changes].map((change) => `  - ${change}`)]),
    ...(verdict === "not" || identities === "workloads" ? [] : ["", EACH_SIGN_IN]),
    "",
  ].join("\n");
}

const EACH_SIGN_IN =
  "Each user's sign-in counts, too: it must renew a session of the same user, application and device that succeeded within three days, without interaction, and with no revocation since (E1, E2, E4, E5).";
