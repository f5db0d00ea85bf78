"""The users of a local stack and their tokens."""

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


def tokens(outputs: dict[str, str]) -> dict[str, str]:
    """A fresh token for every user; a user who is not there yet is created."""
    pool = outputs["UserPoolId"]
    known = {user["Username"] for user in client("cognito-idp").list_users(UserPoolId=pool)["Users"]}
    for name, (_, claims) in USERS.items():
        if name not in known:
            _create(pool, name, claims)
    return {name: _sign_in(pool, outputs[app], name) for name, (app, _) in USERS.items()}


def _create(pool: str, name: str, claims: dict[str, str]) -> None:
    attributes = {"email": f"{name}@people.example", **{f"custom:{key}": value for key, value in claims.items()}}
    client("cognito-idp").admin_create_user(
        UserPoolId=pool, Username=name, MessageAction="SUPPRESS", TemporaryPassword=PASSWORD,
        UserAttributes=[{"Name": key, "Value": value} for key, value in attributes.items()],
    )
    client("cognito-idp").admin_set_user_password(UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True)


def _sign_in(pool: str, app: str, name: str) -> str:
    answer = client("cognito-idp").admin_initiate_auth(
        UserPoolId=pool, ClientId=app, AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
    )
    return answer["AuthenticationResult"]["IdToken"]
