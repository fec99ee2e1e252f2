import { mountSuite } from "../../test/support/mount-suite.ts";

// Whoever ends a connection before it stands, and however: Node calls it a reset.
mountSuite("https", { connectionCodes: { UND_ERR_SOCKET: "ECONNRESET" } });
