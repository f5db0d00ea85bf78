"""Webhooks: a receiver that verifies with another library of Standard Webhooks, and what the deployed function refuses."""

import datetime
import json
import ssl
import subprocess
import threading
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from standardwebhooks import Webhook, WebhookVerificationError

from aws import client
from scene import Scene
from settings import AWS, BINARIES
from wait import until

NAME = "crm.alpine.example"


class Receiver:
    """A receiver with a certificate of its own for one name, on a port of this machine."""

    def __init__(self, folder):
        self.received, self.authority = [], folder / "authority.pem"
        certificate = _certify(self.authority, folder / "key.pem")
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.received.append((dict(self.headers), body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, folder / "key.pem")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server.server_address[1]

    def events(self, secret: str) -> list[dict]:
        """What came, each verified by the secret."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.received]


def _certify(path, key_path):
    """A certificate that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    today = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    key_path.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return path


@pytest.fixture
def receiver(tmp_path):
    receiver = Receiver(tmp_path)
    yield receiver
    receiver.server.shutdown()


@pytest.fixture
def webhook(api):
    """A webhook of Alpine's, and its secret."""
    name = f"e2e-{uuid.uuid4().hex[:8]}"
    written = api.put(f"/v1/webhooks/{name}", "alpine_admin", {"url": f"https://{NAME}/hook"}).must(201).json
    yield name, written["secret"]
    api.call("DELETE", f"/v1/webhooks/{name}", "alpine_admin").must(200)


def take_turn(stack, api, receiver, name: str) -> None:
    """A turn by the function's own code. The deployed function finds no address of the name, and may have failed before."""
    api.post(f"/v1/webhooks/{name}/replay", "alpine_admin", {"from": api.get(f"/v1/webhooks/{name}", "alpine_admin").json["created_at"]}).must(200)
    deployed = client("lambda").get_function_configuration(FunctionName=stack["functions"]["webhooks"])
    message = {"owner": {"partner": "p-alpine"}, "id": name}
    event = {"Records": [{"messageId": "m", "body": json.dumps(message)}]}
    command = [BINARIES / "webhook_turn" / "bootstrap", json.dumps(event), str(receiver.port), receiver.authority]
    environment = {**deployed["Environment"]["Variables"], **AWS}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def a_receiver_verifies_every_event_with_a_library_of_another_language(stack, api, receiver, webhook):
    name, secret = webhook
    scene = Scene(api).awaiting()

    def told():
        take_turn(stack, api, receiver, name)
        events = receiver.events(secret)
        return [own for own in events if own["data"]["claim_id"] == scene.claim and own["type"] == "window_opened"]

    until("the event of the open window", told, seconds=120, pause=2)
    versions = list(dict.fromkeys(own["data"]["version"] for own in receiver.events(secret) if own["data"]["claim_id"] == scene.claim))
    assert versions == sorted(versions) and versions[0] == 1, versions
    headers, body = receiver.received[-1]
    assert headers["webhook-id"] == json.loads(body)["data"]["id"]
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace(b"p", b"q", 1), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 44).verify(body, headers)


def after_a_rotation_both_secrets_verify(stack, api, receiver, webhook):
    name, first = webhook
    second = api.post(f"/v1/webhooks/{name}/secret", "alpine_admin").must(200).json["secret"]
    Scene(api).awaiting()

    def told():
        take_turn(stack, api, receiver, name)
        return receiver.received

    until("an event", told, seconds=120, pause=2)
    assert receiver.events(first) == receiver.events(second) != []


def the_deployed_function_connects_to_nothing_on_this_machine(api, receiver):
    name = f"e2e-{uuid.uuid4().hex[:8]}"
    for url in ("https://127.0.0.1/", f"https://localhost.localdomain:{receiver.port}/", "https://localhost/"):
        refused = api.put(f"/v1/webhooks/{name}", "alpine_admin", {"url": url}).must(422).json
        assert [(one["pointer"], one["code"]) for one in refused["errors"]] == [("/url", "malformed")], url
    api.put(f"/v1/webhooks/{name}", "alpine_admin", {"url": "https://localhost.localdomain/"}).must(201)
    tested = api.post(f"/v1/webhooks/{name}/test", "alpine_admin").must(200).json
    assert tested["error"] in ("address_refused", "name_unresolved") and tested["status"] is None, tested
    api.call("DELETE", f"/v1/webhooks/{name}", "alpine_admin").must(200)
    assert receiver.received == []
