"""MSAL for Python, called as its documentation shows:
https://learn.microsoft.com/entra/msal/python/. No retry, cache or time-out is added."""

import time

import brownout_driver
from brownout_driver import ClientError, ask, read, ask_later, write

FLOWS = [
    "client-credentials",
    "silent",
    "authorization-code",
    "refresh-token",
    "on-behalf-of",
    "device-code",
    "password",
]


def load():
    import msal

    return msal.__version__, FLOWS, lambda message: open_client(msal, message)


def open_client(msal, message):
    cache = msal.SerializableTokenCache()
    saved = message["cache"] in ("persisted", "shared")
    # MSAL asks the service while it is made, and can fail: then the next call makes it.
    made = {}

    def client_of(region):
        if region not in made:
            made[region] = make(msal, message, cache, region)
        return made[region]

    def acquire(request):
        before = read("msal-cache") if saved else None
        if before is not None:
            cache.deserialize(before)
        client = client_of(request.get("region"))
        result = FLOWS_BY_NAME[request["flow"]](client, request, message)
        if saved and cache.has_state_changed:
            write("msal-cache", cache.serialize())
            cache.has_state_changed = False
        return token_of(result, client)

    return acquire


def make(msal, message, cache, region):
    common = {
        "client_id": message["app"]["clientId"],
        "authority": message["authorityHost"] + "/" + message["tenantId"],
        "token_cache": cache,
        "client_capabilities": message["capabilities"] or None,
    }
    if region is not None:
        common["azure_region"] = region
    if "secret" in message:
        return msal.ConfidentialClientApplication(client_credential=message["secret"], **common)
    if "certificate" in message:
        certificate = message["certificate"]
        credential = {
            "private_key": certificate["privateKey"],
            "thumbprint": certificate["thumbprint"],
        }
        return msal.ConfidentialClientApplication(client_credential=credential, **common)
    return msal.PublicClientApplication(**common)


def claims(request):
    return {"claims_challenge": request["claims"]} if "claims" in request else {}


def client_credentials(client, request, _message):
    scopes = request["scopes"]
    # Until 1.23 an application looks into the cache itself; since then MSAL does, and refuses the other.
    if not request["forceRefresh"] and "claims" not in request:
        try:
            cached = client.acquire_token_silent(scopes, account=None)
        except ValueError:
            cached = None
        if cached:
            return {**cached, "from_cache": True}
    return client.acquire_token_for_client(scopes=scopes, **claims(request))


def silent(client, request, _message):
    accounts = client.get_accounts(username=request["user"]["upn"])
    if not accounts:
        raise ClientError(
            "NoAccount", "no_account", "no account of that user is signed in", interaction_required=True
        )
    result = client.acquire_token_silent_with_error(
        request["scopes"],
        account=accounts[0],
        force_refresh=request["forceRefresh"],
        **claims(request),
    )
    if result is None:
        raise ClientError("NoToken", "no_token", "no token is cached", interaction_required=True)
    return result


def authorization_code(client, request, message):
    redirect_uri = message["app"].get("redirectUri", "http://localhost")
    flow = client.initiate_auth_code_flow(
        request["scopes"],
        redirect_uri=redirect_uri,
        login_hint=request.get("user", {}).get("upn"),
        prompt=request.get("prompt"),
        **claims(request),
    )
    answer = ask("sign-in", url=flow["auth_uri"], redirectUri=redirect_uri)["parameters"]
    return client.acquire_token_by_auth_code_flow(flow, answer)


def refresh_token(client, request, _message):
    token = request.get("credential")
    if token is None:
        saved = client.token_cache.find("RefreshToken")
        owner = request["user"]["homeAccountId"]
        found = [entry["secret"] for entry in saved if entry.get("home_account_id") == owner]
        token = found[0] if found else ""
    return client.acquire_token_by_refresh_token(token, request["scopes"])


def on_behalf_of(client, request, _message):
    return client.acquire_token_on_behalf_of(
        request.get("credential", ""), request["scopes"], **claims(request)
    )


def device_code(client, request, _message):
    flow = client.initiate_device_flow(request["scopes"])
    if "user_code" not in flow:
        return flow
    ask_later("device-code", verificationUri=flow["verification_uri"], userCode=flow["user_code"])
    return client.acquire_token_by_device_flow(flow)


def password(client, request, _message):
    user = request["user"]
    return client.acquire_token_by_username_password(
        user["upn"], request.get("credential", user["password"]), request["scopes"], **claims(request)
    )


FLOWS_BY_NAME = {
    "client-credentials": client_credentials,
    "silent": silent,
    "authorization-code": authorization_code,
    "refresh-token": refresh_token,
    "on-behalf-of": on_behalf_of,
    "device-code": device_code,
    "password": password,
}


def token_of(result, client):
    if "access_token" not in result:
        # MSAL returns the error of the service; its documentation says to look at these fields.
        error = result.get("error", "no_error")
        raise ClientError(
            "MsalError",
            error,
            result.get("error_description", error),
            suberror=result.get("suberror"),
            interaction_required=error
            in ("interaction_required", "login_required", "consent_required", "invalid_grant"),
        )
    token = {
        "accessToken": result["access_token"],
        "fromCache": result.get("token_source") == "cache" or result.get("from_cache", False),
        "expiresAtMs": (time.time() + int(result["expires_in"])) * 1000,
    }
    if "id_token" in result:
        token["idToken"] = result["id_token"]
    user = (result.get("id_token_claims") or {}).get("oid")
    for account in client.get_accounts() if user else []:
        if account["local_account_id"] == user:
            token["homeAccountId"] = account["home_account_id"]
    return token


if __name__ == "__main__":
    brownout_driver.run("msal-python", load)
