import { mountSuite } from "../../test/support/mount-suite.ts";

// Node reports every connection that ends before it is established as a reset.
mountSuite("https", { connectionCodes: { UND_ERR_SOCKET: "ECONNRESET" } });
