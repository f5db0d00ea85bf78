"""The operators' tools where the services are played: the order of their steps, and what they refuse."""

import io
import json
import re
import sys
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from settings import ROOT

sys.path.append(str(ROOT / "tools"))

import deploy_stack  # noqa: E402
import redrive  # noqa: E402
import rotate_links  # noqa: E402
import smoke  # noqa: E402
import undeploy  # noqa: E402
from stack import Refused  # noqa: E402


class PlayedStack:
    """A stack whose services are objects of the test."""

    def __init__(self, services: dict, resources: dict[str, tuple[str, str]] | None = None):
        self.name, self.services, self.resources = "cpor", services, resources or {}

    def connect(self, service: str):
        return self.services[service]

    def of_type(self, kind: str) -> dict[str, str]:
        return {name: id for name, (own, id) in self.resources.items() if own == kind}

    def resource(self, name: str) -> str:
        return self.resources[name][1]


class PlayedQueues:
    """Queues in memory. What is received stays there until it is deleted; `stops_at` is the call that fails."""

    def __init__(self, **queues: list[str]):
        self.queues = {name: [{"Body": body, "MessageId": body, "ReceiptHandle": body} for body in bodies] for name, bodies in queues.items()}
        self.dead_letters_of: dict[str, str] = {}
        self.held: set[str] = set()
        self.stops_at = ""

    def get_queue_attributes(self, QueueUrl, AttributeNames):
        own = {"QueueArn": f"arn:{QueueUrl}", "ApproximateNumberOfMessages": str(len(self.queues[QueueUrl]))}
        target = self.dead_letters_of.get(QueueUrl)
        return {"Attributes": {**own, **({"RedrivePolicy": json.dumps({"deadLetterTargetArn": f"arn:{target}"})} if target else {})}}

    def receive_message(self, QueueUrl, MaxNumberOfMessages, **_):
        found = [one for one in self.queues[QueueUrl] if one["ReceiptHandle"] not in self.held][:MaxNumberOfMessages]
        self.held |= {one["ReceiptHandle"] for one in found}
        return {"Messages": found} if found else {}

    def send_message(self, QueueUrl, MessageBody, **attributes):
        self._stop("send")
        self.queues[QueueUrl].append({"Body": MessageBody, "MessageId": MessageBody, "ReceiptHandle": f"{MessageBody}'", **attributes})

    def delete_message(self, QueueUrl, ReceiptHandle):
        self._stop("delete")
        self.queues[QueueUrl] = [one for one in self.queues[QueueUrl] if one["ReceiptHandle"] != ReceiptHandle]

    def bodies(self, name: str) -> list[str]:
        return [one["Body"] for one in self.queues[name]]

    def _stop(self, call: str) -> None:
        if self.stops_at == call:
            raise KeyboardInterrupt(call)


class PlayedFunctions:
    """Functions that answer as the test says, and what they were given."""

    def __init__(self, answer: bytes = b"null", **more):
        self.answer, self.more, self.given = answer, more, []

    def invoke(self, FunctionName, LogType, Payload):
        self.given.append((FunctionName, json.loads(Payload)))
        return {"Payload": io.BytesIO(self.answer), **self.more}


def queues_of_deliveries(count: int) -> tuple[PlayedQueues, PlayedStack]:
    queues = PlayedQueues(deliveries=[], dead=[f"m{number}" for number in range(count)])
    queues.dead_letters_of["deliveries"] = "dead"
    urls = {"DeliveryQueue": ("AWS::SQS::Queue", "deliveries"), "DeliveryDeadLetters": ("AWS::SQS::Queue", "dead")}
    return queues, PlayedStack({"sqs": queues}, urls)


def every_message_is_moved_with_its_attributes_and_no_more_than_were_there():
    queues, stack = queues_of_deliveries(25)
    queues.queues["dead"][0].update(
        MessageAttributes={"waited": {"DataType": "Number", "StringValue": "3", "StringListValues": []}},
        Attributes={"AWSTraceHeader": "Root=1-5759e988-bd862e3fe1be46a994272793", "SenderId": "somebody"},
    )
    assert redrive.Redrive(stack, "DeliveryDeadLetters").run() == 25
    assert (len(queues.bodies("deliveries")), queues.bodies("dead")) == (25, [])
    first = queues.queues["deliveries"][0]
    assert first["MessageAttributes"] == {"waited": {"DataType": "Number", "StringValue": "3"}}
    assert first["MessageSystemAttributes"]["AWSTraceHeader"]["StringValue"].startswith("Root=1-")


@pytest.mark.parametrize("call", ["send", "delete"])
def a_redrive_that_is_stopped_anywhere_has_every_message_somewhere(call):
    queues, stack = queues_of_deliveries(3)
    queues.stops_at = call
    with pytest.raises(KeyboardInterrupt):
        redrive.Redrive(stack, "DeliveryDeadLetters").run()
    assert set(queues.bodies("dead")) | set(queues.bodies("deliveries")) == {"m0", "m1", "m2"}
    queues.stops_at, queues.held = "", set()
    assert redrive.Redrive(stack, "DeliveryDeadLetters").run() == 3
    assert set(queues.bodies("deliveries")) == {"m0", "m1", "m2"} and not queues.bodies("dead")


def queue_of_records(functions: PlayedFunctions) -> tuple[PlayedQueues, PlayedStack]:
    queues = PlayedQueues(parked=['{"eventName": "INSERT"}'])
    resources = {"ParkQueue": ("AWS::SQS::Queue", "parked"), "PublishFunction": ("AWS::Lambda::Function", "cpor-publish")}
    return queues, PlayedStack({"sqs": queues, "lambda": functions}, resources)


def a_record_that_was_set_aside_is_given_to_its_function_and_then_deleted():
    functions = PlayedFunctions()
    queues, stack = queue_of_records(functions)
    assert redrive.main(["--stack", "cpor", "--queue", "ParkQueue"], lambda name: stack) == 0
    assert functions.given == [("cpor-publish", {"Records": [{"eventName": "INSERT"}]})] and not queues.bodies("parked")


@pytest.mark.parametrize(("answer", "more"), [
    (b'{"errorMessage": "no"}', {"FunctionError": "Unhandled"}),
    (b'{"batchItemFailures": [{"itemIdentifier": "1"}]}', {}),
])
def a_record_that_fails_again_stays_where_it_is(answer, more, capsys):
    queues, stack = queue_of_records(PlayedFunctions(answer, **more))
    assert redrive.main(["--stack", "cpor", "--queue", "ParkQueue"], lambda name: stack) == 1
    assert len(queues.bodies("parked")) == 1 and "could not do it" in capsys.readouterr().err


def failure(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Call")


class PlayedCloud:
    """An account with one stack, which notes every call that changes something. `stops_at` is the one that fails."""

    def __init__(self, status: str | None, left: list[tuple[str, str]] = (), protected: bool = False, **parameters: str):
        self.status, self.left, self.protected, self.parameters = status, list(left), protected, parameters
        self.calls, self.stops_at = [], ""
        self.meta = SimpleNamespace(region_name="eu-central-1", endpoint_url="https://cloudformation.eu-central-1.amazonaws.com")

    def connect(self, service: str):
        return self

    def describe_stacks(self, StackName):
        if not self.status:
            raise failure("ValidationError", f"Stack with id {StackName} does not exist")
        parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in self.parameters.items()]
        return {"Stacks": [{"StackId": "arn:aws:cloudformation:eu-central-1:1:stack/cpor/7", "StackStatus": self.status, "Parameters": parameters,
                            "EnableTerminationProtection": self.protected}]}

    def get_caller_identity(self):
        return {"Account": "1"}

    def get_paginator(self, operation: str):
        pages = {
            "list_stack_resources": {"StackResourceSummaries": [
                {"LogicalResourceId": id, "ResourceType": kind, "PhysicalResourceId": id} for kind, id in self.left]},
            "list_object_versions": {"Versions": [{"Key": "clean/a", "VersionId": "1"}], "DeleteMarkers": [{"Key": "clean/a", "VersionId": "2"}]},
        }
        return SimpleNamespace(paginate=lambda **_: [pages[operation]])

    def get_waiter(self, name: str):
        return SimpleNamespace(wait=lambda StackName: None)

    def describe_key(self, KeyId):
        return {"KeyMetadata": {"KeyState": "Enabled"}}

    def run(self, command: list[str]) -> None:
        """What `sam deploy` would do: afterwards the stack is there."""
        given = dict(word.split("=", 1) for word in command[command.index("--parameter-overrides") + 1:] if "=" in word)
        self.note("deploy " + given.get("Protected", "-"))
        self.status, self.parameters = "CREATE_COMPLETE", {name: value.strip('"') for name, value in given.items()}

    def delete_stack(self, StackName):
        self.note("delete_stack")
        self.status = None

    def delete_objects(self, Bucket, Delete, **_):
        self.note(f"delete_objects {len(Delete['Objects'])}")
        return {}

    def note(self, call: str) -> None:
        if call == self.stops_at:
            raise KeyboardInterrupt(call)
        self.calls.append(call)

    def __getattr__(self, name: str):
        if name in ("delete_bucket_policy", "delete_bucket", "delete_table", "delete_user_pool", "delete_secret", "schedule_key_deletion", "update_termination_protection"):
            return lambda **_: self.note(name)
        raise AttributeError(name)


NAMES = {"Sandbox", "Protected", "OperatorName", "SenderAddress"}


@pytest.fixture
def template_with_protection(monkeypatch):
    monkeypatch.setattr(deploy_stack, "template_parameters", lambda: dict.fromkeys(NAMES))


def deployed(cloud: PlayedCloud, *more: str, **given: str) -> list[str]:
    deploy_stack.deploy("cpor", given, list(more), cloud.run, cloud.connect)
    return cloud.calls


@pytest.mark.parametrize("status", [None, "REVIEW_IN_PROGRESS"])
def a_new_stack_is_made_first_and_protected_when_it_is_there(template_with_protection, status):
    assert deployed(PlayedCloud(status)) == ["deploy \"false\"", "deploy \"true\"", "update_termination_protection"]


@pytest.mark.parametrize("protected", ["false", "true"])
def a_stack_that_is_there_is_deployed_once_and_stays_protected(template_with_protection, protected):
    assert deployed(PlayedCloud("UPDATE_COMPLETE", Protected=protected)) == ["deploy \"true\"", "update_termination_protection"]


@pytest.mark.parametrize("call", ["deploy \"false\"", "deploy \"true\"", "update_termination_protection"])
def a_deploy_that_is_stopped_anywhere_ends_protected_when_it_is_repeated(template_with_protection, call):
    cloud = PlayedCloud(None)
    cloud.stops_at = call
    with pytest.raises(KeyboardInterrupt):
        deployed(cloud)
    cloud.stops_at = ""
    assert deployed(cloud)[-2:] == ["deploy \"true\"", "update_termination_protection"]


def a_sandbox_is_never_protected(template_with_protection):
    assert deployed(PlayedCloud(None), Sandbox="true") == ["deploy \"false\""]
    assert deployed(PlayedCloud("UPDATE_COMPLETE", Sandbox="true")) == ["deploy \"false\""]


def a_look_at_the_changes_carries_none_out(template_with_protection):
    assert deployed(PlayedCloud(None), "--no-execute-changeset") == ["deploy \"false\""]
    assert deployed(PlayedCloud("CREATE_COMPLETE"), "--no-execute-changeset") == ["deploy \"true\""]


def a_template_without_the_parameter_is_deployed_once(monkeypatch):
    monkeypatch.setattr(deploy_stack, "template_parameters", lambda: {"Sandbox": {}})
    assert deployed(PlayedCloud(None)) == ["deploy -", "update_termination_protection"]


@pytest.mark.parametrize(("status", "says"), [
    ("ROLLBACK_COMPLETE", "delete-stack --stack-name cpor"), ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"), ("UPDATE_IN_PROGRESS", "wait"),
])
def a_stack_that_cannot_be_deployed_is_refused_with_what_to_do(template_with_protection, status, says):
    cloud = PlayedCloud(status)
    with pytest.raises(Refused, match=says):
        deployed(cloud)
    assert not cloud.calls


@pytest.mark.parametrize(("before", "given"), [({}, "true"), ({"Sandbox": "true"}, "false")])
def a_sandbox_stays_one_and_nothing_else_becomes_one(template_with_protection, before, given):
    with pytest.raises(Refused, match="use another stack"):
        deployed(PlayedCloud("CREATE_COMPLETE", **before), Sandbox=given)


@pytest.mark.parametrize("words", [["Protected=true"], ["Sandbox=true", "Sandbox=false"], ["Sanbox=true"], ["Sandbox"]])
def a_parameter_that_is_unknown_twice_or_the_deploys_own_is_refused(words):
    with pytest.raises(Refused):
        deploy_stack.read_parameters(words, NAMES)


def a_value_with_spaces_and_quotes_is_one_value_for_sam():
    from samcli.cli.types import CfnParameterOverridesType

    words = deploy_stack.sam_command("cpor", {"OperatorName": 'Ex "ample" Ltd.', "Sandbox": "true"}, [])
    given = words[words.index("--parameter-overrides") + 1:]
    assert CfnParameterOverridesType().convert(given, None, None) == {"OperatorName": 'Ex "ample" Ltd.', "Sandbox": "true"}


LEFT = [("AWS::S3::Bucket", "documents"), ("AWS::DynamoDB::Table", "table"), ("AWS::KMS::Key", "key"), ("AWS::SQS::Queue", "queue"),
        ("AWS::SecretsManager::Secret", "secret"), ("AWS::Cognito::UserPool", "pool")]
DELETED = ["delete_bucket_policy", "delete_objects 2", "delete_stack", "delete_bucket_policy", "delete_objects 2", "delete_bucket", "delete_table",
           "delete_user_pool", "delete_secret", "schedule_key_deletion"]


def a_sandbox_goes_first_and_then_what_it_has_left(tmp_path):
    cloud = PlayedCloud("CREATE_COMPLETE", LEFT, Sandbox="true")
    undeploy.undeploy("cpor", lambda: "cpor", cloud.connect, tmp_path)
    assert cloud.calls == DELETED and not list(tmp_path.iterdir())


@pytest.mark.parametrize("call", ["delete_bucket_policy", "delete_stack", *DELETED[5:]])
def a_deletion_that_is_stopped_anywhere_is_finished_when_it_is_repeated(tmp_path, call):
    cloud = PlayedCloud("CREATE_COMPLETE", LEFT, Sandbox="true")
    cloud.stops_at = call
    with pytest.raises(KeyboardInterrupt):
        undeploy.undeploy("cpor", lambda: "cpor", cloud.connect, tmp_path)
    cloud.stops_at = ""
    undeploy.undeploy("cpor", lambda: "cpor", cloud.connect, tmp_path)
    assert set(cloud.calls) == set(DELETED) and not list(tmp_path.iterdir())


@pytest.mark.parametrize(("cloud", "typed"), [
    (PlayedCloud("CREATE_COMPLETE", LEFT), "cpor"), (PlayedCloud("CREATE_COMPLETE", LEFT, Sandbox="false"), "cpor"),
    (PlayedCloud("CREATE_COMPLETE", LEFT, protected=True, Sandbox="true"), "cpor"), (PlayedCloud("UPDATE_IN_PROGRESS", LEFT, Sandbox="true"), "cpor"),
    (PlayedCloud("CREATE_COMPLETE", LEFT, Sandbox="true"), "yes"), (PlayedCloud(None), "cpor"),
])
def no_stack_is_deleted_that_is_no_sandbox_is_protected_or_was_not_named(tmp_path, cloud, typed):
    with pytest.raises(Refused):
        undeploy.undeploy("cpor", lambda: typed, cloud.connect, tmp_path)
    assert not cloud.calls


def a_note_of_another_account_deletes_nothing(tmp_path):
    noted = {"stack": "arn:aws:cloudformation:eu-central-1:2:stack/cpor/7", "left": [["AWS::DynamoDB::Table", "table"]]}
    (tmp_path / "undeploy-cpor.json").write_text(json.dumps(noted))
    cloud = PlayedCloud(None)
    with pytest.raises(Refused, match="account 2"):
        undeploy.undeploy("cpor", lambda: "cpor", cloud.connect, tmp_path)
    assert not cloud.calls


class PlayedSecret:
    """A secret, and every text that it has had. The call `stops_at` is the one before which the process ends."""

    def __init__(self, text: str):
        self.texts, self.stops_at = [text], 0

    def get_secret_value(self, SecretId):
        return {"SecretString": self.texts[-1]}

    def put_secret_value(self, SecretId, SecretString):
        if len(self.texts) == self.stops_at:
            raise KeyboardInterrupt
        self.texts.append(SecretString)

    @property
    def keys(self) -> dict[str, str]:
        return json.loads(self.texts[-1])


def rotated(secret: PlayedSecret, sleep=lambda seconds: None) -> list[str]:
    """What a rotation says."""
    said: list[str] = []
    stack = PlayedStack({"secretsmanager": secret}, {"LinkSecret": ("AWS::SecretsManager::Secret", "links")})
    rotate_links.Rotation(stack, "LinkSecret", say=said.append, sleep=sleep).run(120)
    return said


ONE_KEY = json.dumps({"current": "1", "1": "k" * 64})


def a_new_key_is_known_for_a_while_before_it_signs_and_no_key_is_taken_away():
    secret, waited = PlayedSecret(ONE_KEY), []
    said = rotated(secret, waited.append)
    _, added, made_current = map(json.loads, secret.texts)
    assert (added["current"], made_current["current"], waited) == ("1", "2", [120])
    assert added.keys() == made_current.keys() == {"current", "1", "2"} and added["1"] == made_current["1"] == "k" * 64
    assert len(added["2"]) == 64 and int(added["2"], 16) and added["2"] == made_current["2"]
    assert not [text for text in said if added["1"] in text or added["2"] in text]


@pytest.mark.parametrize(("stops_at", "ends_with"), [(1, "2"), (2, "2")])
def a_rotation_that_is_stopped_anywhere_is_finished_when_it_is_repeated(stops_at, ends_with):
    secret = PlayedSecret(ONE_KEY)
    secret.stops_at = stops_at
    with pytest.raises(KeyboardInterrupt):
        rotated(secret)
    between = secret.keys
    assert between["current"] == "1"
    secret.stops_at = 0
    said = rotated(secret)
    assert secret.keys["current"] == ends_with and secret.keys.keys() == {"current", "1", "2"}
    assert [text for text in said if "was stopped" in text] == ([] if stops_at == 1 else ["key 2 was added by a rotation that was stopped"])
    assert between.get("2", secret.keys["2"]) == secret.keys["2"]


def two_rotations_at_the_same_time_do_not_overwrite_each_other():
    secret = PlayedSecret(ONE_KEY)
    other = json.dumps({"current": "2", "1": "k" * 64, "2": "o" * 64})
    with pytest.raises(Refused, match="somebody else"):
        rotated(secret, lambda seconds: secret.texts.append(other))
    assert secret.texts[-1] == other


@pytest.mark.parametrize("text", [
    "", "[]", "{}", '{"1": "k"}', '{"current": "2", "1": "k"}', '{"current": "1", "1": ""}', '{"current": "01", "01": "k"}',
    '{"current": "1", "1": "k", "x": "k"}', '{"current": 1, "1": "k"}', '{"current": "255", "255": "k"}', '{"current": "256", "256": "k"}',
])
def a_secret_of_another_form_or_with_the_last_key_is_left_as_it_is(text):
    secret = PlayedSecret(text)
    with pytest.raises(Refused):
        rotated(secret)
    assert secret.texts == [text]


def no_function_but_those_that_are_given_the_secret_gets_new_processes_and_they_keep_their_settings():
    given = {"cpor-notify": {"SECRET_ID": "links", "SHARDS": "16"}, "cpor-claims": {"CURSOR_SECRET_ID": "cursors"}}
    updated = []
    functions = SimpleNamespace(
        get_function_configuration=lambda FunctionName: {"Environment": {"Variables": given[FunctionName]}},
        update_function_configuration=lambda FunctionName, Environment: updated.append((FunctionName, Environment["Variables"])),
        get_waiter=lambda name: SimpleNamespace(wait=lambda FunctionName: None),
    )
    resources = {name: ("AWS::Lambda::Function", name) for name in given} | {"LinkSecret": ("AWS::SecretsManager::Secret", "links")}
    stack = PlayedStack({"secretsmanager": PlayedSecret(ONE_KEY), "lambda": functions}, resources)
    rotate_links.Rotation(stack, "LinkSecret", new_processes=True, say=lambda text: None, sleep=lambda seconds: None).run(0)
    assert [name for name, _ in updated] == ["cpor-notify", "cpor-notify"]
    assert all(variables.items() >= given["cpor-notify"].items() for _, variables in updated)
    assert updated[0][1] != updated[1][1]


@pytest.mark.parametrize("wait", ["-1", "3601"])
def a_wait_out_of_bounds_is_refused(wait, capsys):
    assert rotate_links.main(["--stack", "cpor", "--wait", wait], lambda name: None) == 1
    assert "0 to 3600" in capsys.readouterr().err


@pytest.mark.parametrize("folder", ["local", "shared/domain/data", "tests/bench/peers/python", "tests/e2e/clients", "tools/hashes"])
def every_pin_is_installed_by_the_hashes_of_its_files_and_nothing_else_is(folder):
    normal = lambda name: re.sub(r"[-_.]+", "-", name).lower()
    pins = lambda text: {normal(name): version for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE)}
    written = (ROOT / folder / "requirements.in").read_text()
    hashed = (ROOT / folder / "requirements.txt").read_text()
    assert pins(written) and pins(written) == pins(hashed), "run make hashes"
    assert all("--hash=sha256:" in one for one in re.split(r"^(?=[A-Za-z0-9])", hashed, flags=re.MULTILINE)[1:])


def production(services: dict, resources: dict | None = None, protected: bool = True, **parameters: str) -> PlayedStack:
    """A stack that is no sandbox, on AWS."""
    stack = PlayedStack(services, resources)
    stack.parameters, stack.is_sandbox, stack.is_local, stack.is_protected = parameters, False, False, protected
    stack.outputs = {"TableName": "table", "UserPoolId": "pool", "ApiEndpoint": "https://abc.execute-api.eu-central-1.amazonaws.com"}
    return stack


def said(look, stack: PlayedStack) -> list[str]:
    """The lines of a look, each with its first word."""
    return [f"{line.word} {line}" for line in look(stack)]


SOURCES = {"one": ("AWS::Lambda::EventSourceMapping", "one")}


@pytest.mark.parametrize(("scaling", "limit", "expected"), [
    ({"MaximumConcurrency": 20}, 1000, []),
    ({}, 1000, ["EXPECTED shards has a bound (None): True, found False"]),
    ({"MaximumConcurrency": 20}, 10, ["EXPECTED concurrency of the account (10) is at least AccountConcurrency (1000): True, found False"]),
])
def a_source_without_a_bound_and_an_account_without_concurrency_are_seen(scaling, limit, expected):
    mapping = {"EventSourceArn": "arn:aws:sqs:eu-central-1:1:shards", "State": "Enabled", "ScalingConfig": scaling, "FunctionArn": "a:finalize"}
    functions = SimpleNamespace(
        get_event_source_mapping=lambda UUID: mapping, get_account_settings=lambda: {"AccountLimit": {"ConcurrentExecutions": limit}})
    lines = said(smoke.look_at_sources, production({"lambda": functions}, SOURCES, AccountConcurrency="1000"))
    assert [line for line in lines if line.startswith("EXPECTED")] == expected, lines


@pytest.mark.parametrize(("recovery", "protected", "expected"), [
    ("ENABLED", True, []),
    ("DISABLED", True, ["EXPECTED point-in-time recovery: ENABLED, found DISABLED"]),
    ("ENABLED", False, ["EXPECTED the stack is protected against deletion: True, found False"]),
])
def a_table_that_cannot_be_restored_and_a_stack_that_can_be_deleted_are_seen(recovery, protected, expected):
    dynamodb = SimpleNamespace(
        describe_table=lambda TableName: {
            "Table": {"StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"}, "DeletionProtectionEnabled": True}},
        describe_continuous_backups=lambda TableName: {
            "ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": recovery}}},
        describe_time_to_live=lambda TableName: {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}},
    )
    pool = SimpleNamespace(describe_user_pool=lambda UserPoolId: {"UserPool": {"DeletionProtection": "ACTIVE"}})
    lines = said(smoke.look_at_table, production({"dynamodb": dynamodb, "cognito-idp": pool}, protected=protected))
    assert [line for line in lines if line.startswith("EXPECTED")] == expected, lines


@pytest.mark.parametrize(("answers", "expected"), [
    ({"claims.example.com": 200, "abc.execute-api.eu-central-1.amazonaws.com": 403}, 0),
    ({"claims.example.com": "gaierror", "abc.execute-api.eu-central-1.amazonaws.com": 403}, 1),
    ({"claims.example.com": 200, "abc.execute-api.eu-central-1.amazonaws.com": 200}, 1),
])
def a_domain_answers_and_the_generated_host_does_not(monkeypatch, answers, expected):
    monkeypatch.setattr(smoke, "_health", answers.__getitem__)
    lines = said(smoke.look_at_api, production({}, DomainName="claims.example.com"))
    assert sum(line.startswith("EXPECTED") for line in lines) == expected, lines


def a_second_factor_that_is_off_is_seen():
    cognito = SimpleNamespace(get_user_pool_mfa_config=lambda UserPoolId: {"MfaConfiguration": "OFF"})
    lines = said(smoke.look_at_people, production({"cognito-idp": cognito}, SecondFactor="ON"))
    assert lines[0] == "EXPECTED second factor: ON, found OFF"


def a_look_that_fails_is_a_line_and_the_others_go_on():
    def refuse(**_):
        raise failure("AccessDeniedException")

    lines = list(smoke.look_at_all(production({"dynamodb": SimpleNamespace(batch_execute_statement=refuse, describe_table=refuse)})))
    assert str(lines[0]) == "look_at_closing: an answer, found AccessDeniedException of Call"
    assert len(lines) >= len(smoke.CHECKS) and all(isinstance(line, smoke.Line) for line in lines)
