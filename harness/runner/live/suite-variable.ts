/** The variable that says to the test runner which `brownout suite` starts where the tests leave their journals. */
export const SUITE_VARIABLE = "BROWNOUT_SUITE";

/** The folder there in which each test leaves what it took, real ms, in a file with the name of its journal. */
export const SUITE_TIMES = "test-times";
