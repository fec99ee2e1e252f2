/** Domains whose people sign in at a server of their organisation, and its schema. */
import { nonEmptyString } from "../../core/common-schemas.ts";
import { expecting, schemaOf } from "../../core/validation.ts";

/**
 * A domain of a tenant whose people sign in at a federation server, such as AD FS. Entra's page sends
 * them there, and takes its word; tokens are renewed without it.
 *
 * @example
 * const corp: FederatedDomain = { domain: "corp.contoso.example", host: "sts.contoso.example" };
 */
export interface FederatedDomain {
  /** One of `Tenant.domains`. */
  readonly domain: string;
  /** The host of the federation server, `sts.` under contoso.example: faults name it in `where.host`. */
  readonly host: string;
}

export const federatedDomainSchema = schemaOf<FederatedDomain>()((z) =>
  z
    .strictObject({
      domain: nonEmptyString(),
      host: z
        .string({
          error: expecting(
            "a host under contoso.example that begins with sts.",
            'Such as "sts.contoso.example": the simulator answers there.',
          ),
        })
        .regex(/^sts\.(?:[a-z0-9-]+\.)*contoso\.example$/),
    })
    .meta({ id: "FederatedDomain" }),
);
