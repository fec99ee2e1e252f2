import { createEntraProxy } from "brownout/suite";

export const entra = createEntraProxy({ app: { name: "mail" }, journals: "brownout-journals" });
