"""The users of a local stack and their tokens."""

import base64
import hmac
import struct
import time

from aws import client
from seed import TENANTS

PASSWORD = "Only-for-a-local-stack-1"  # of users that live in an emulator on the loopback address

USERS = {
    "alpine_admin": ("PartnersClientId", {"role": "partner_admin", "partner_id": "p-alpine"}),
    "alpine_user": ("PartnersClientId", {"role": "partner_user", "partner_id": "p-alpine"}),
    "borealis_admin": ("PartnersClientId", {"role": "partner_admin", "partner_id": "p-borealis"}),
    "reviewer": ("OperatorsClientId", {"role": "reviewer"}),
    "reviewer_2": ("OperatorsClientId", {"role": "reviewer"}),
    "operator": ("OperatorsClientId", {"role": "operator"}),
    "operator_2": ("OperatorsClientId", {"role": "operator"}),
    "auditor": ("OperatorsClientId", {"role": "auditor"}),
    "contoso_admin": ("CustomersClientId", {"role": "customer_admin", "tenant_id": TENANTS["contoso"]}),
    "contoso_admin_2": ("CustomersClientId", {"role": "customer_admin", "tenant_id": TENANTS["contoso"]}),
    "tailwind_admin": ("CustomersClientId", {"role": "customer_admin", "tenant_id": TENANTS["tailwind"]}),
}
# Who signs in with a code as well.
WITH_SECOND_FACTOR = ("operator_2", "contoso_admin_2")

CODE_S = 30  # for how long a code is good (RFC 6238)


def tokens(outputs: dict[str, str]) -> dict[str, str]:
    """A fresh token for every user; a user who is not there yet is created."""
    pool = outputs["UserPoolId"]
    known = {user["Username"] for user in client("cognito-idp").list_users(UserPoolId=pool)["Users"]}
    for name, (_, claims) in USERS.items():
        if name not in known:
            _create(pool, name, claims)
    factors = {name: enrol(pool, outputs[USERS[name][0]], name) for name in WITH_SECOND_FACTOR}
    return {name: sign_in(pool, outputs[app], name, factors.get(name))["IdToken"] for name, (app, _) in USERS.items()}


def enrol(pool: str, app: str, name: str) -> str:
    """Gives a user a second factor, a new one in place of an old one. Returns its secret, as an authenticator keeps it."""
    cognito = client("cognito-idp")
    _prefer_codes(pool, name, False)
    access = sign_in(pool, app, name)["AccessToken"]
    secret = cognito.associate_software_token(AccessToken=access)["SecretCode"]
    cognito.verify_software_token(AccessToken=access, UserCode=code_at(secret, time.time()))
    _prefer_codes(pool, name, True)
    return secret


def sign_in(pool: str, app: str, name: str, secret: str | None = None, password: str = PASSWORD) -> dict[str, str]:
    """Signs a user in, with a code where that is asked for. Returns the tokens."""
    cognito = client("cognito-idp")
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool, ClientId=app, AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )
    if answer.get("ChallengeName") == "SOFTWARE_TOKEN_MFA" and secret:
        answer = cognito.admin_respond_to_auth_challenge(
            UserPoolId=pool, ClientId=app, ChallengeName="SOFTWARE_TOKEN_MFA", Session=answer["Session"],
            ChallengeResponses={"USERNAME": name, "SOFTWARE_TOKEN_MFA_CODE": code_at(secret, time.time())},
        )
    if "AuthenticationResult" not in answer:
        raise PermissionError(f"{name} is asked for {answer.get('ChallengeName')}")
    return answer["AuthenticationResult"]


def code_at(secret: str, seconds: float) -> str:
    """The six digits that an authenticator shows at a time (RFC 6238 with SHA-1)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
    mac = hmac.digest(key, struct.pack(">Q", int(seconds) // CODE_S), "sha1")
    first = mac[-1] & 0x0F
    return f"{(int.from_bytes(mac[first:first + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def _prefer_codes(pool: str, name: str, wanted: bool) -> None:
    settings = {"Enabled": wanted, "PreferredMfa": wanted}
    client("cognito-idp").admin_set_user_mfa_preference(UserPoolId=pool, Username=name, SoftwareTokenMfaSettings=settings)


def _create(pool: str, name: str, claims: dict[str, str]) -> None:
    attributes = {"email": f"{name}@people.example", **{f"custom:{key}": value for key, value in claims.items()}}
    client("cognito-idp").admin_create_user(
        UserPoolId=pool, Username=name, MessageAction="SUPPRESS", TemporaryPassword=PASSWORD,
        UserAttributes=[{"Name": key, "Value": value} for key, value in attributes.items()],
    )
    client("cognito-idp").admin_set_user_password(UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True)
