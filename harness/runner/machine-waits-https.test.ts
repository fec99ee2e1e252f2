import { machineWaitsSuite } from "../../test/support/machine-waits-suite.ts";

machineWaitsSuite("https");
