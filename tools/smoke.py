"""Looks whether a deployed stack is as it should be, one line for each thing.

`OK` is as expected, `EXPECTED … found …` is not, `SKIPPED` says why it was not looked at. It ends with 1 where
something is not as expected. It changes nothing: its one write has a condition that cannot hold. It acts with
the credentials of the environment, not under the functions' roles.
"""

import argparse
import http.client
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from rotate_links import Keys
from stack import Refused, Stack, code_of, print_refusal

# The statement by which windows are closed (`shared/store/src/timers/batch_close.rs`), and a claim that no id can name.
CLOSING = 'UPDATE "{}" SET st=? SET v=v+1 SET le=? WHERE pk=? AND sk=? AND st=? AND cl=? AND sl IS MISSING AND ob IS NOT MISSING'
NO_CLAIM = "C#smoke-test"
TIMEOUT_S = 30
# How many alarms one answer of CloudWatch describes at the most.
MOST_ALARMS = 100
NOT_HERE = "the local cloud does not carry it out"


class Line(str):
    """A line of the result."""


class Ok(Line):
    word = "OK"


class Expected(Line):
    word = "EXPECTED"


class Skipped(Line):
    word = "SKIPPED"


def check(what: str, expected, found) -> Line:
    """Whether what was found is what was expected."""
    return Ok(f"{what}: {found}") if found == expected else Expected(f"{what}: {expected}, found {found}")


def look_at_closing(stack: Stack) -> Iterator[Line]:
    """The closing batch: DynamoDB takes the statement, and its condition does not hold for a claim that is not there."""
    values = [{"S": "associated"}, {"B": b"\0"}, {"S": NO_CLAIM}, {"S": "A"}, {"S": "awaiting_customer"}, {"N": "0"}]
    statement = {"Statement": CLOSING.format(stack.outputs["TableName"]), "Parameters": values}
    answer = stack.connect("dynamodb").batch_execute_statement(Statements=[statement])["Responses"][0]
    yield check("the statement that closes windows", "ConditionalCheckFailed", answer.get("Error", {}).get("Code", "no error"))


def look_at_api(stack: Stack) -> Iterator[Line]:
    """The API answers under its own host, or under the domain that it was given and there alone."""
    host = urlsplit(stack.outputs["ApiEndpoint"]).hostname or ""
    domain = stack.parameters.get("DomainName", "")
    if domain:
        yield check(f"health at {domain}", 200, _health(domain))
        yield check(f"health at {host}, which is closed", True, _health(host) != 200)
    else:
        yield check("health", 200, _local_health(stack) if stack.is_local else _health(host))
        yield Skipped("health at a domain: the stack has none, and mailed links die with the API")


def look_at_queues(stack: Stack) -> Iterator[Line]:
    """Nothing waits where nobody reads."""
    sqs, read = stack.connect("sqs"), {mapping.get("EventSourceArn") for mapping in _mappings(stack)}
    for name, url in sorted(stack.of_type("AWS::SQS::Queue").items()):
        names = ["QueueArn", "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        if found["QueueArn"] not in read:
            count = int(found["ApproximateNumberOfMessages"]) + int(found["ApproximateNumberOfMessagesNotVisible"])
            yield check(f"messages in {name}", 0, count)


def look_at_alarms(stack: Stack) -> Iterator[Line]:
    """Every alarm tells somebody."""
    names = sorted(stack.of_type("AWS::CloudWatch::Alarm").values())
    found = []
    for first in range(0, len(names), MOST_ALARMS):
        part = names[first:first + MOST_ALARMS]
        found += stack.connect("cloudwatch").describe_alarms(AlarmNames=part, MaxRecords=MOST_ALARMS)["MetricAlarms"]
    yield check("alarms", len(names), len(found))
    silent = [alarm["AlarmName"] for alarm in found if not alarm.get("AlarmActions") or not alarm.get("ActionsEnabled")]
    yield check("alarms that tell nobody", [], silent)
    if not stack.parameters.get("AlarmAddress"):
        yield Skipped("who hears the alarms: AlarmAddress is empty, so nobody is mailed")
        return
    subscribed = stack.connect("sns").list_subscriptions_by_topic(TopicArn=stack.resource("Alarms"))["Subscriptions"]
    pending = [one["Endpoint"] for one in subscribed if one["SubscriptionArn"] == "PendingConfirmation"]
    yield check("alarm addresses that are not confirmed", [], pending)


def look_at_sources(stack: Stack) -> Iterator[Line]:
    """Every source of events is read, and none without a bound on how many functions it takes."""
    mappings = _mappings(stack)
    off = [mapping["EventSourceArn"].split(":", 5)[5] for mapping in mappings if mapping.get("State") not in ("Enabled", "Enabling", "Updating")]
    yield check("event sources that are not read", [], off)
    if "AccountConcurrency" not in stack.parameters:
        yield Skipped("bounds of event sources: the template sets none")
        return
    for mapping in mappings:
        source, cap = mapping["EventSourceArn"], mapping.get("ScalingConfig", {}).get("MaximumConcurrency")
        if ":sqs:" in source:
            yield check(f"{source.rpartition(':')[2]} has a bound ({cap})", True, cap is not None)
        else:
            yield Ok(f"each shard of the stream takes {mapping.get('ParallelizationFactor', 1)} of {mapping['FunctionArn'].rpartition(':')[2]}")
    asked = int(stack.parameters["AccountConcurrency"])
    if stack.is_local:
        yield Skipped(f"concurrency of the account: {NOT_HERE}")
    else:
        limit = stack.connect("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
        yield check(f"concurrency of the account ({limit}) is at least AccountConcurrency ({asked})", True, limit >= asked)


def look_at_functions(stack: Stack) -> Iterator[Line]:
    """Every function can run, and the rule of the tick is on."""
    functions = stack.connect("lambda")
    for name in sorted(stack.of_type("AWS::Lambda::Function").values()):
        found = functions.get_function_configuration(FunctionName=name)
        state = (found.get("State", "Active"), found.get("LastUpdateStatus", "Successful"))
        if state != ("Active", "Successful"):
            yield Expected(f"{name}: Active and Successful, found {' and '.join(state)}")
    yield Ok(f"functions: {len(stack.of_type('AWS::Lambda::Function'))}")
    tick = stack.resource("TickRule").rpartition("|")[2]
    yield check("the rule of the tick", "ENABLED", stack.connect("events").describe_rule(Name=tick)["State"])


def look_at_secrets(stack: Stack) -> Iterator[Line]:
    """Every secret has a current key; how many there are is said, and no key."""
    for name, id in sorted(stack.of_type("AWS::SecretsManager::Secret").items()):
        keys = Keys(stack.connect("secretsmanager").get_secret_value(SecretId=id).get("SecretString", ""))
        yield Ok(f"{name}: {len(keys.by_id)} keys, current is {keys.current}")


def look_at_table(stack: Stack) -> Iterator[Line]:
    """The table tells its changes, forgets what has expired, and can be restored."""
    table, dynamodb = stack.outputs["TableName"], stack.connect("dynamodb")
    found = dynamodb.describe_table(TableName=table)["Table"]
    yield check("the table's stream", "NEW_AND_OLD_IMAGES", found.get("StreamSpecification", {}).get("StreamViewType", "none"))
    if stack.is_local:
        yield Skipped(f"point-in-time recovery: {NOT_HERE}")
        yield Skipped(f"time to live: {NOT_HERE}")
    else:
        backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
        yield check("point-in-time recovery", "ENABLED", recovery)
        lives = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        yield check("time to live", ("ENABLED", "expires"), (lives.get("TimeToLiveStatus"), lives.get("AttributeName")))
    if stack.is_sandbox:
        yield Skipped("protection of table, users and stack against deletion: this is a sandbox")
        return
    yield check("the table is protected against deletion", True, found.get("DeletionProtectionEnabled", False))
    pool = stack.connect("cognito-idp").describe_user_pool(UserPoolId=stack.outputs["UserPoolId"])["UserPool"]
    yield check("the users are protected against deletion", "ACTIVE", pool.get("DeletionProtection"))
    yield check("the stack is protected against deletion", True, stack.is_protected)


def look_at_people(stack: Stack) -> Iterator[Line]:
    """People sign in with a second factor."""
    asked = stack.parameters.get("SecondFactor")
    if asked is None:
        yield Skipped("second factor: the template does not ask for one")
        return
    found = stack.connect("cognito-idp").get_user_pool_mfa_config(UserPoolId=stack.outputs["UserPoolId"])
    yield check("second factor", asked, found.get("MfaConfiguration", "OFF"))
    yield check("second factor by an application", True, found.get("SoftwareTokenMfaConfiguration", {}).get("Enabled", False))


def look_at_mail(stack: Stack) -> Iterator[Line]:
    """The sender may send, to everybody, and what becomes of a mail is told."""
    ses, sender = stack.connect("sesv2"), stack.parameters["SenderAddress"]
    names = [name for name in (stack.parameters.get("SenderIdentity"), sender, sender.partition("@")[2]) if name]
    yield check(f"{' or '.join(dict.fromkeys(names))} is verified", True, any(_is_verified(ses, name) for name in names))
    if stack.is_local:
        yield Skipped(f"events of mails, production access: {NOT_HERE}")
        return
    told = ses.get_configuration_set_event_destinations(ConfigurationSetName=stack.resource("Mail"))["EventDestinations"]
    yield check("events of mails are told", True, any(one["Enabled"] and "BOUNCE" in one["MatchingEventTypes"] for one in told))
    account = ses.get_account()
    if stack.is_sandbox:
        yield Skipped(f"production access of SES ({account.get('ProductionAccessEnabled')}): this is a sandbox")
    else:
        yield check("production access of SES", True, account.get("ProductionAccessEnabled", False))
    yield check("SES may send", True, account.get("SendingEnabled", False))


CHECKS = [
    look_at_closing, look_at_api, look_at_functions, look_at_sources, look_at_queues, look_at_alarms, look_at_secrets, look_at_table,
    look_at_people, look_at_mail,
]


def look_at_all(stack: Stack) -> Iterator[Line]:
    """Every line. A check that fails ends with a line of its own, and the others go on."""
    for look in CHECKS:
        try:
            yield from look(stack)
        except ClientError as error:
            yield Expected(f"{look.__name__}: an answer, found {code_of(error)} of {error.operation_name}")
        except (Refused, BotoCoreError, OSError, http.client.HTTPException, KeyError, ValueError) as error:
            yield Expected(f"{look.__name__}: an answer, found {type(error).__name__}: {error}")


def _mappings(stack: Stack) -> list[dict]:
    """What Lambda reads for the functions of the stack."""
    ids = stack.of_type("AWS::Lambda::EventSourceMapping").values()
    return [stack.connect("lambda").get_event_source_mapping(UUID=id) for id in sorted(ids)]


def _is_verified(ses, identity: str) -> bool:
    try:
        return ses.get_email_identity(EmailIdentity=identity).get("VerifiedForSendingStatus", False)
    except ClientError as error:
        if code_of(error) == "NotFoundException":
            return False
        raise


def _health(host: str) -> int | str:
    """What a host answers to the question whether it is well; in words where it does not answer."""
    connection = http.client.HTTPSConnection(host, timeout=TIMEOUT_S)
    try:
        return _ask(connection, host)
    except OSError as error:
        return type(error).__name__
    finally:
        connection.close()


def _local_health(stack: Stack) -> int:
    """The same of the local cloud, which knows an API by the host that is asked for."""
    endpoint = urlsplit(stack.connect("cloudformation").meta.endpoint_url)
    connection = http.client.HTTPConnection(endpoint.hostname, endpoint.port, timeout=TIMEOUT_S)
    try:
        return _ask(connection, f"{stack.outputs['ApiId']}.execute-api.localhost:{endpoint.port}")
    finally:
        connection.close()


def _ask(connection: http.client.HTTPConnection, host: str) -> int:
    connection.request("GET", "/v1/health", headers={"Host": host})
    return connection.getresponse().status


@print_refusal
def main(arguments: list[str], open_stack=Stack) -> int:
    asking = argparse.ArgumentParser(prog="smoke", description="Looks whether a deployed stack is as it should be.")
    asking.add_argument("--stack", required=True)
    asked = asking.parse_args(arguments)
    wrong = 0
    for line in look_at_all(open_stack(asked.stack)):
        print(f"{line.word:<8} {line}", flush=True)
        wrong += isinstance(line, Expected)
    print(f"{wrong} not as expected" if wrong else "all as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
