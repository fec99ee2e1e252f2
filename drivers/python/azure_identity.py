"""azure-identity for Python, called as its documentation shows:
https://learn.microsoft.com/python/api/overview/azure/identity-readme. No retry, cache or time-out
is added: those of azure-core are on by default."""

import os
import tempfile

import brownout_driver
from brownout_driver import ClientError, ask, ask_later

FLOWS = [
    "client-credentials",
    "authorization-code",
    "silent",
    "on-behalf-of",
    "device-code",
    "password",
    "managed-identity",
]


def load():
    import azure.identity

    version = azure.identity._version.VERSION
    return version, FLOWS, lambda message: open_client(azure.identity, message)


def open_client(identity, message):
    # A credential has one flow; the application keeps it, because its cache is in it.
    credentials = {}

    def acquire(request):
        flow = request["flow"]
        user = request.get("user", {}).get("upn")
        if flow == "silent":
            credential = credentials.get(user)
            if credential is None:
                raise ClientError(
                    "NoCredential",
                    "no_credential",
                    "no credential of that user was made in this process",
                    interaction_required=True,
                )
        elif flow in ("authorization-code", "device-code", "password"):
            credential = credentials[user] = make(identity, message, request)
        else:
            key = (flow, request.get("credential"))
            if key not in credentials:
                credentials[key] = make(identity, message, request)
            credential = credentials[key]
        more = {"claims": request["claims"]} if "claims" in request else {}
        try:
            token = credential.get_token(*request["scopes"], **more)
        except identity.AuthenticationRequiredError as error:
            raise ClientError(
                "AuthenticationRequiredError", None, str(error), interaction_required=True
            )
        return {"accessToken": token.token, "expiresAtMs": token.expires_on * 1000}

    return acquire


def make(identity, message, request):
    app = message["app"]
    flow = request["flow"]
    common = {"authority": message["authorityHost"]}
    client = {"tenant_id": message["tenantId"], "client_id": app["clientId"]}
    if flow == "managed-identity":
        managed = app.get("managedIdentity", {"assigned": "system"})
        if managed["assigned"] == "system":
            return identity.ManagedIdentityCredential()
        if managed["by"] == "clientId":
            return identity.ManagedIdentityCredential(client_id=app["clientId"])
        by = {"objectId": "object_id", "resourceId": "resource_id"}[managed["by"]]
        value = managed[managed["by"]]
        return identity.ManagedIdentityCredential(
            identity_config={"object_id" if by == "object_id" else "mi_res_id": value}
        )
    if flow == "client-credentials" and "certificate" in message:
        certificate = message["certificate"]
        pem = certificate["privateKey"] + certificate["certificate"]
        return identity.CertificateCredential(**client, certificate_data=pem.encode(), **common)
    if flow == "client-credentials":
        return identity.ClientSecretCredential(**client, client_secret=message["secret"], **common)
    if flow == "on-behalf-of":
        return identity.OnBehalfOfCredential(
            **client,
            client_secret=message["secret"],
            user_assertion=request.get("credential", ""),
            **common,
        )
    if flow == "device-code":
        return identity.DeviceCodeCredential(
            **client,
            prompt_callback=lambda uri, code, _expires: ask_later(
                "device-code", verificationUri=uri, userCode=code
            ),
            **common,
        )
    user = request["user"]
    if flow == "password":
        return identity.UsernamePasswordCredential(
            **client,
            username=user["upn"],
            password=request.get("credential", user["password"]),
            **common,
        )
    return sign_in(identity, message, request, {**client, **common})


def sign_in(identity, message, request, common):
    redirect_uri = message["app"].get("redirectUri", "http://localhost")
    address = (
        f"{message['authorityHost']}/{message['tenantId']}/oauth2/v2.0/authorize"
        f"?client_id={message['app']['clientId']}&response_type=code&response_mode=query"
        f"&redirect_uri={redirect_uri}&scope={'%20'.join([*request['scopes'], 'openid', 'offline_access'])}"
    )
    answer = ask("sign-in", url=address, redirectUri=redirect_uri)["parameters"]
    if "code" not in answer:
        raise ClientError("SignInError", answer.get("error"), answer.get("error_description", ""))
    secret = {"client_secret": message["secret"]} if "secret" in message else {}
    return identity.AuthorizationCodeCredential(
        **common, **secret, authorization_code=answer["code"], redirect_uri=redirect_uri
    )


if __name__ == "__main__":
    # A person's own sign-ins are no part of it.
    os.environ["AZURE_CONFIG_DIR"] = os.environ.get(
        "BROWNOUT_DRIVER_FOLDER", tempfile.gettempdir()
    )
    brownout_driver.run("azure-identity-python", load)
