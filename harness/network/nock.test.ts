import { mountSuite } from "../../test/support/mount-suite.ts";

mountSuite("nock");
