/** The variables by which a server that a Playwright suite starts finds the tests. */

/** Where the server asks for the time. */
export const CLOCK_PORT = "BROWNOUT_CLOCK_PORT";

/** Where the simulated service is. */
export const WAY_IN_PORT = "BROWNOUT_WAY_IN_PORT";

/** What the configuration has prepared, for the processes of tests; JSON. */
export const SERVERS = "BROWNOUT_WEB_SERVERS";
