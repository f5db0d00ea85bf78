"""Documents of evidence, as a partner brings them."""

import hashlib
import urllib.error
import urllib.request
import uuid

from api import Api
from scene import Scene

PDF = b"%PDF-1.7\nsigned by Contoso\n%%EOF\n"


def announcement(content: bytes, **changes) -> dict:
    return {
        "name": "smlouva č. 1.pdf", "size": len(content), "content_type": "application/pdf",
        "sha256": hashlib.sha256(content).hexdigest(), "acknowledged_on": "2026-10-01", **changes,
    }


def upload(form: dict, content: bytes, **changed) -> int:
    """Posts a form as a browser does; the status."""
    boundary = uuid.uuid4().hex
    fields = {**form["fields"], **changed}
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
    try:
        with urllib.request.urlopen(urllib.request.Request(form["url"], body, headers), timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def drafted(api: Api) -> Scene:
    """A draft in a program that asks for documents, without any."""
    scene = Scene(api)
    scene.submit(draft=True, program="osu-security", evidence=[]).must(201)
    return scene


def add(scene: Scene, content: bytes, **changes) -> dict:
    """Announces a document; the entry, and the form to upload it."""
    return scene.api.post(f"{scene.path}/evidence", "alpine_user", announcement(content, **changes)).must(201).json


def scan_of(scene: Scene) -> str:
    """What the scan of the first document has said."""
    return scene.read()["evidence"][0]["scan"]
