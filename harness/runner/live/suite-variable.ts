/** The variable that says to the test runner which `brownout suite` starts where the tests leave their journals. */
export const SUITE_VARIABLE = "BROWNOUT_SUITE";
