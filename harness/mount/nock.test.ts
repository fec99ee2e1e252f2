import { mountSuite } from "./mount-suite.ts";

mountSuite("nock");
