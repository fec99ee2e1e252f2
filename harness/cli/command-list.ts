/** The commands: how each is called, what it does and takes, and what its exit codes mean. */
import {
  type Arguments,
  type commonOptions,
  type Options,
  readArguments,
  readWhatIsKnown,
} from "./arguments.ts";
import { archiveCommand, archiveCommandOptions } from "./commands/archive.ts";
import { bisectCommand, bisectOptions } from "./commands/bisect.ts";
import { caCommand, caOptions } from "./commands/ca.ts";
import { blameCommand, blameOptions } from "./commands/blame.ts";
import { checkCommand, checkOptions } from "./commands/check.ts";
import { compareCommand, compareOptions } from "./commands/compare.ts";
import { coverageCommand, coverageOptions } from "./commands/coverage.ts";
import { deliverCommand, deliverOptions } from "./commands/deliver.ts";
import { driversCommand, driversOptions } from "./commands/drivers.ts";
import { envCommand, envOptions } from "./commands/env.ts";
import { execCommand, execOptions } from "./commands/exec.ts";
import { fleetCommand } from "./commands/fleet.ts";
import { fleetOptions } from "./fleet/fleet-options.ts";
import { withNodeCommand } from "./commands/with-node.ts";
import type { Io } from "./io.ts";
import { initCommand, initOptions } from "./commands/init.ts";
import { listCommand, listOptions } from "./commands/list.ts";
import { matrixCommand, matrixOptions } from "./commands/matrix.ts";
import { mcpCommand, mcpOptions } from "./commands/mcp.ts";
import { opCommand, opOptions } from "./commands/op.ts";
import { runOptions } from "./plan.ts";
import { mergeCommand, mergeOptions } from "./commands/merge.ts";
import { recordCommand, recordOptions } from "./commands/record.ts";
import { remediesCommand, remediesOptions } from "./commands/remedies.ts";
import { replayCommand, replayOptions } from "./commands/replay.ts";
import { runCommand } from "./commands/run.ts";
import { serveCommand, serveOptions } from "./commands/serve.ts";
import { suiteCommand, suiteOptions } from "./commands/suite.ts";
import { trendCommand, trendOptions } from "./commands/trend.ts";
import { archiveRefused } from "./unplayed-session.ts";

/** A command as the command line finds it. */
export interface Command {
  readonly usage: string;
  readonly does: string;
  readonly options: Options;
  readonly exits: readonly string[];
  /** What stands behind its name is for a program, options as well. */
  readonly takesAll?: true;
  /** Reads its arguments and does its work; resolves to the exit code. */
  readonly perform: (argv: readonly string[], io: Io) => Promise<number>;
}

function command<O extends Options>(
  name: string,
  parts: {
    readonly usage: string;
    readonly does: string;
    readonly options: O;
    /** What its exit codes mean. */
    readonly exits: readonly string[];
    /** It is a session, which is archived also when its arguments are refused. */
    readonly isSession?: true;
    readonly perform: (
      given: Arguments<O & typeof commonOptions>,
      io: Io,
    ) => Promise<number> | number;
  },
): readonly [string, Command] {
  const { usage, does, options, exits, perform, isSession = false } = parts;
  return [
    name,
    {
      usage,
      does,
      options,
      exits,
      perform: async (argv, io) => {
        let given: Arguments<O & typeof commonOptions>;
        try {
          given = readArguments(name, argv, options);
        } catch (error) {
          if (!isSession) throw error;
          return archiveRefused(error, { command: name, ...readWhatIsKnown(argv, options) }, io);
        }
        return perform(given, io);
      },
    },
  ];
}

/** What the exit codes of a command that judges mean. */
export const exitCodes: readonly string[] = [
  "Exit codes: 0 as the baseline expects, 1 a finding that it does not expect, 2 wrong usage",
  "or the harness failed, 3 nothing failed but something was inconclusive; 130 after Ctrl-C,",
  "143 after SIGTERM, 129 when the terminal was closed.",
];

const plainExits: readonly string[] = ["Exit codes: 0 done, 2 wrong usage."];

/** The commands, by name. */
export const commands: ReadonlyMap<string, Command> = new Map([
  command("run", {
    usage: "run [scenario | glob | file …] [options]",
    does: "runs scenarios, writes journals and reports, compares with the baseline",
    options: runOptions,
    isSession: true,
    exits: exitCodes,
    perform: runCommand,
  }),
  command("init", {
    usage: "init [registration.json] [options]",
    does: "writes a world, a first sign-in test and a first outage test for the app in this folder, runs the sign-in test and, if it passes, the outage test",
    options: initOptions,
    exits: [
      "Exit codes: 0 written, and both tests pass, or were not to be run (--no-run); 1 the app fails in",
      "the outage test; 2 wrong usage, something is missing, packages too, or was not agreed to, or the",
      "sign-in test fails.",
    ],
    perform: initCommand,
  }),
  [
    "with-node",
    {
      usage: "with-node PROGRAM [argument …]",
      does: "runs a program of this project, such as its test runner, on the Node that comes along",
      options: {},
      exits: ["Exit codes: that of the program; 2 wrong usage, or it cannot be started."],
      takesAll: true,
      perform: withNodeCommand,
    },
  ],
  command("serve", {
    usage: "serve [options]",
    does: "serves the simulator to programs of any language, until Ctrl-C or SIGTERM",
    options: serveOptions,
    exits: ["Exit codes: 0 ended as it was asked to, 2 wrong usage or the harness failed."],
    perform: serveCommand,
  }),
  command("exec", {
    usage: "exec [options] -- COMMAND…",
    does: "runs a command of any language under an outage, and judges what it did",
    options: execOptions,
    exits: [
      "Exit codes: 1 a finding that the baseline does not expect, 2 wrong usage or the harness failed,",
      "3 nothing failed but something was inconclusive; otherwise that of the command.",
    ],
    perform: execCommand,
  }),
  command("op", {
    usage: "op NAME [options] -- COMMAND…",
    does: "runs a command inside exec or beside serve as one operation of that name",
    options: opOptions,
    exits: ["Exit codes: that of the command, 2 wrong usage."],
    perform: opCommand,
  }),
  command("env", {
    usage: "env --for ECOSYSTEM --ready-file FILE [options]",
    does: "prints the variables by which programs reach what serve serves",
    options: envOptions,
    exits: plainExits,
    perform: envCommand,
  }),
  command("ca", {
    usage: "ca init | path | bundle",
    does: "makes an authority of the project's own, or prints the certificate that programs must trust",
    options: caOptions,
    exits: plainExits,
    perform: caCommand,
  }),
  command("drivers", {
    usage: "drivers [check [options] -- COMMAND…]",
    does: "lists the clients in other languages, or says what a driver gets wrong, line by line",
    options: driversOptions,
    exits: [
      "Exit codes: 0 the driver keeps to the protocol, 1 it does not, 2 wrong usage, 3 an answer",
      "did not come in the time that it was given.",
    ],
    perform: driversCommand,
  }),
  command("fleet", {
    usage: "fleet [options]",
    does: "plays an outage for up to millions of modelled clients, and says whether and when they come back",
    options: fleetOptions,
    exits: ["Exit codes: 0 done, 1 not back within --back-within, 2 wrong usage."],
    perform: fleetCommand,
  }),
  command("list", {
    usage: "list [options]",
    does: "lists scenarios, clients, mounts, outages and rules",
    options: listOptions,
    exits: plainExits,
    perform: listCommand,
  }),
  command("replay", {
    usage: "replay <journal> [options]",
    does: "runs a journal's scenario again and compares the journals",
    options: replayOptions,
    exits: exitCodes,
    perform: replayCommand,
  }),
  command("check", {
    usage: "check <journal.jsonl | file.har …> [options]",
    does: "judges recorded histories, also HAR files of other tools",
    options: checkOptions,
    exits: exitCodes,
    perform: checkCommand,
  }),
  command("record", {
    usage: "record <file.har | journal.jsonl> [options]",
    does: "writes a scenario from a capture: its world, what was broken, and when the app asked",
    options: recordOptions,
    exits: plainExits,
    perform: recordCommand,
  }),
  command("mcp", {
    usage: "mcp",
    does: "offers tools to coding agents, by the Model Context Protocol on standard input and output",
    options: mcpOptions,
    exits: ["Exit codes: 0 standard input has ended, 2 wrong usage."],
    perform: mcpCommand,
  }),
  command("matrix", {
    usage: "matrix CLIENT@VERSION,VERSION… … [options]",
    does: "says what changed in resilience between versions of clients",
    options: matrixOptions,
    exits: [
      "Exit codes: 0 done, with or without changes; 2 wrong usage, a version that cannot be had, or a run",
      "that was not finished.",
    ],
    perform: matrixCommand,
  }),
  command("bisect", {
    usage: "bisect SCENARIO --rule RULE CLIENT@FROM..TO [options]",
    does: "finds the first version of a client that changed what a rule says",
    options: bisectOptions,
    exits: [
      "Exit codes: 0 found, 3 both ends say the same, 2 wrong usage, a version that cannot be had,",
      "or an end that cannot be played.",
    ],
    perform: bisectCommand,
  }),
  command("remedies", {
    usage: "remedies SCENARIO | --known [options]",
    does: "plays a failing run again with each remedy around its client, and prints the code to take over",
    options: remediesOptions,
    exits: [
      "Exit codes: 0 played, whether a remedy helps, none does or there is nothing to fix; 2 wrong usage,",
      "or a run could not be played; 130 after Ctrl-C.",
    ],
    perform: remediesCommand,
  }),
  command("suite", {
    usage: "suite [options] -- COMMAND…",
    does: "runs a test suite that uses Brownout, and reports and archives what its tests expected of Entra",
    options: suiteOptions,
    isSession: true,
    exits: exitCodes,
    perform: suiteCommand,
  }),
  command("merge", {
    usage: "merge <out-dir …> [options]",
    does: "puts the output folders of shards together, as if one run had left them",
    options: mergeOptions,
    isSession: true,
    exits: exitCodes,
    perform: mergeCommand,
  }),
  command("compare", {
    usage: "compare [run | results.json | out-dir, twice] [options]",
    does: "says what changed between two runs; without names, between the last two",
    options: compareOptions,
    exits: exitCodes,
    perform: compareCommand,
  }),
  command("trend", {
    usage: "trend [options]",
    does: "says which findings appeared, went away, or come and go over the last runs",
    options: trendOptions,
    exits: plainExits,
    perform: trendCommand,
  }),
  command("blame", {
    usage: "blame SCENARIO RULE | ID [options]",
    does: "says since when a finding has been there, and what changed before it",
    options: blameOptions,
    exits: [
      "Exit codes: 0 done, 2 wrong usage, or no such finding; with --bisect those of bisect.",
    ],
    perform: blameCommand,
  }),
  command("deliver", {
    usage: "deliver [CHANNEL …] [options]",
    does: "delivers what changed in earlier runs to channels that have not taken it yet",
    options: deliverOptions,
    exits: ["Exit codes: 0 each channel has everything, 2 wrong usage, or one did not take it."],
    perform: deliverCommand,
  }),
  command("archive", {
    usage: "archive prune | export | add RESULTS… [options]",
    does: "removes old runs from the archive of earlier runs, prints it for other programs, or adds results to it",
    options: archiveCommandOptions,
    exits: plainExits,
    perform: archiveCommand,
  }),
  command("coverage", {
    usage: "coverage <app.json> | --app NAME | --resource NAME | --flow FLOW [options]",
    does: "says whether the backup authentication system protects it, and why not",
    options: coverageOptions,
    exits: plainExits,
    perform: coverageCommand,
  }),
]);
