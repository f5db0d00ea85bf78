"""Brings people into a deployed stack: who may sign in, in which role, and for which partner or customer.

The credentials of the account stand in the environment, as for the AWS CLI. `--stack` names the stack.
"""

import argparse
import re
import secrets
import sys

from botocore.exceptions import ClientError

from stack import Refused, Stack, code_of, connect

STAFF = ("operator", "reviewer", "auditor")
PARTNER = ("partner_admin", "partner_user")
CUSTOMER = ("customer_admin",)
ROLES = STAFF + PARTNER + CUSTOMER

USER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
PARTNER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
TENANT_ID = re.compile(r"\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?")

# What an operation is called that a service does not have; the local cloud has none that deletes a second factor.
UNKNOWN_OPERATION = ("InvalidAction", "UnknownOperationException")


class People:
    """The users of a stack."""

    def __init__(self, stack: str):
        outputs = Stack(stack).outputs
        self.pool, self.table = outputs["UserPoolId"], outputs["TableName"]
        self.users = connect("cognito-idp")

    def add(self, name: str, email: str, role: str, party: str | None, password: str | None) -> None:
        """A new user. Cognito mails an invitation, unless a password is given."""
        if not USER_NAME.fullmatch(name):
            raise Refused(f"{name!r} is no name of a user")
        if not EMAIL.fullmatch(email):
            raise Refused(f"{email!r} is no e-mail address")
        attributes = {"email": email, "email_verified": "true", **self._role(role, party)}
        invitation = {"MessageAction": "SUPPRESS"} if password else {"DesiredDeliveryMediums": ["EMAIL"]}
        # It is good for the first sign-in alone. The ending has what the pool's policy asks for.
        first = password or f"{secrets.token_urlsafe(18)}-Aa1"
        try:
            self.users.admin_create_user(
                UserPoolId=self.pool, Username=name, UserAttributes=_attributes(attributes),
                TemporaryPassword=first, **invitation,
            )
        except self.users.exceptions.UsernameExistsException:
            raise Refused(f"there is a user {name!r} already: use `change`") from None
        if password:
            self.users.admin_set_user_password(UserPoolId=self.pool, Username=name, Password=password, Permanent=True)

    def change(self, name: str, role: str, party: str | None) -> None:
        """Another role or party. Tokens that the user holds end by themselves, within a quarter of an hour."""
        self._known(name)
        attributes = {"custom:partner_id": "", "custom:tenant_id": "", **self._role(role, party)}
        # An empty value takes an attribute away.
        self.users.admin_update_user_attributes(
            UserPoolId=self.pool, Username=name, UserAttributes=_attributes(attributes)
        )
        self.users.admin_user_global_sign_out(UserPoolId=self.pool, Username=name)

    def remove(self, name: str) -> None:
        """Ends a user's access. The user stays in the pool, so that nobody else gets the name."""
        self._known(name)
        self.users.admin_disable_user(UserPoolId=self.pool, Username=name)
        self.users.admin_user_global_sign_out(UserPoolId=self.pool, Username=name)

    def reset_factor(self, name: str) -> None:
        """Takes a lost second factor away; where the pool asks for one, the user enrols another at the next sign-in.

        The preference alone would not do: it cannot be turned off where the pool requires a second factor.
        """
        self._known(name)
        try:
            self.users.admin_delete_software_token(UserPoolId=self.pool, Username=name)
        except self.users.exceptions.SoftwareTokenMFANotFoundException:
            raise Refused(f"{name} has no second factor") from None
        except ClientError as error:
            if code_of(error) not in UNKNOWN_OPERATION:
                raise
            off = {"Enabled": False, "PreferredMfa": False}
            self.users.admin_set_user_mfa_preference(UserPoolId=self.pool, Username=name, SoftwareTokenMfaSettings=off)
        self.users.admin_user_global_sign_out(UserPoolId=self.pool, Username=name)

    def list(self, party: str | None):
        """All users, or those of a partner or customer: name, role, party, state, and the id in the pool (`sub`).

        For a member of the staff the API shows that id as `actor_id` and `assigned_to`. What it shows of others is a
        pseudonym.
        """
        for page in self.users.get_paginator("list_users").paginate(UserPoolId=self.pool):
            for user in page["Users"]:
                own = {attribute["Name"]: attribute["Value"] for attribute in user["Attributes"]}
                of = own.get("custom:partner_id") or own.get("custom:tenant_id") or ""
                if party is None or _same_party(party, of):
                    state = "active" if user["Enabled"] else "removed"
                    yield user["Username"], own.get("custom:role", "no role"), of or "-", state, own.get("sub", "-")

    def _known(self, name: str) -> None:
        try:
            self.users.admin_get_user(UserPoolId=self.pool, Username=name)
        except self.users.exceptions.UserNotFoundException:
            raise Refused(f"there is no user {name!r}") from None

    def _role(self, role: str, party: str | None) -> dict[str, str]:
        """The attributes of a role; its party must be in the directory."""
        if role in STAFF:
            if party:
                raise Refused(f"{role} is a role of the operator's staff, which has no party")
            return {"custom:role": role}
        kind, form, prefix, attribute = (
            ("partner", PARTNER_ID, "PA#", "custom:partner_id") if role in PARTNER
            else ("tenant", TENANT_ID, "TN#", "custom:tenant_id")
        )
        party = _tenant_id(party or "") if role in CUSTOMER else party or ""
        if not form.fullmatch(party):
            raise Refused(f"{role} needs --party, the id of a {kind} in the directory")
        key = {"pk": {"S": prefix + party}, "sk": {"S": "A"}}
        if "Item" not in connect("dynamodb").get_item(TableName=self.table, Key=key):
            raise Refused(f"the directory has no {kind} {party!r}: write it first")
        return {"custom:role": role, attribute: party}


def _tenant_id(text: str) -> str:
    """A UUID in any case, with braces or without hyphens, as the directory writes it; anything else as it is."""
    read = TENANT_ID.fullmatch(text.strip().lower())
    return "-".join(read.groups()) if read else text


def _same_party(asked: str, own: str) -> bool:
    return own in (asked, _tenant_id(asked))


def _attributes(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="people", description="Who may sign in, in which role, for which party.")
    top.add_argument("--stack", required=True)
    does = top.add_subparsers(dest="does", required=True)
    add = does.add_parser("add", help="a new user, who gets an invitation by mail")
    add.add_argument("name")
    add.add_argument("--email", required=True)
    add.add_argument("--password-stdin", action="store_true", help="read a password, and mail no invitation")
    change = does.add_parser("change", help="another role or party")
    change.add_argument("name")
    for command in (add, change):
        command.add_argument("--role", required=True, choices=ROLES)
        command.add_argument("--party", help="the id of the partner or tenant; none for staff")
    does.add_parser("remove", help="ends a user's access").add_argument("name")
    does.add_parser("reset-factor", help="takes a lost second factor away").add_argument("name")
    does.add_parser("list", help="all users, or those of a party").add_argument("--party")
    return top


def main(arguments: list[str]) -> int:
    asked = parser().parse_args(arguments)
    try:
        people = People(asked.stack)
        match asked.does:
            case "add":
                password = sys.stdin.readline().rstrip("\n") if asked.password_stdin else None
                people.add(asked.name, asked.email, asked.role, asked.party, password)
                print(f"{asked.name} is a user" + ("" if password else ", and gets an invitation by mail"))
            case "change":
                people.change(asked.name, asked.role, asked.party)
                print(f"{asked.name} is {asked.role} now, from the next sign-in on")
            case "remove":
                people.remove(asked.name)
                print(f"{asked.name} cannot sign in any more")
            case "reset-factor":
                people.reset_factor(asked.name)
                print(f"{asked.name} has no second factor any more, and enrols a new one at the next sign-in where one is asked for")
            case "list":
                for row in people.list(asked.party):
                    print("\t".join(row))
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
