/** What the life cycle of a suite needs to know of the test runner around it. */
export interface TestRunner {
  /** The function that a test file calls; messages name it. */
  readonly entry: "useEntra" | "createEntra";
  /** Of a suite whose options name none. */
  readonly defaultMount: "msw" | "https";
  /** How two tests at the same time are avoided. */
  readonly oneAtATime: string;
  /** How a module whose client outlives a test is loaded anew. */
  readonly reload: string;
  /** The call by which fake timers were turned on, if they are on now. */
  readonly fakeTimers: () => string | undefined;
  /** Whether the runner fetches modules in a way that the event loop does not show. */
  readonly isBusy?: () => boolean;
  /** The command that runs a test again; default: none is known. */
  readonly again?: Again;
}

/** The command that runs one test again, by its file and a regular expression for its title. */
export type Again = (file: string, title: string) => string;

/** What names the journal of a test. */
export interface TestIdentity {
  /** Names the journal. */
  readonly title: string;
  /** The test's file, which may have a title in common with another; default: not known. */
  readonly file?: string | undefined;
  /** Which attempt it is, from 1 on; default 1. */
  readonly attempt?: number | undefined;
}

/** One test, as its runner describes it. */
export interface RunningTest extends TestIdentity {
  /** After which the runner ends the test, in real ms; 0 or undefined when it never does. */
  readonly timeoutMs?: number | undefined;
}
