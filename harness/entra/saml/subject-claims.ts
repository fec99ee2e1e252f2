/** The names of the attributes by which Entra says who a person is (`docs/sources.md#f1`). */

const MICROSOFT = "http://schemas.microsoft.com/identity/claims/";
const XMLSOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/";

export const attributeNames = {
  tenantId: `${MICROSOFT}tenantid`,
  objectId: `${MICROSOFT}objectidentifier`,
  displayName: `${MICROSOFT}displayname`,
  identityProvider: `${MICROSOFT}identityprovider`,
  methods: "http://schemas.microsoft.com/claims/authnmethodsreferences",
  givenName: `${XMLSOAP}givenname`,
  surname: `${XMLSOAP}surname`,
  emailAddress: `${XMLSOAP}emailaddress`,
  name: `${XMLSOAP}name`,
} as const;

/** The method of a person who typed a password. */
export const PASSWORD_METHOD =
  "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password";
