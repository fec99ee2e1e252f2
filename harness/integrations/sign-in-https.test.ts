import { signInSuite } from "../../test/support/sign-in-suite.ts";

signInSuite("https");
