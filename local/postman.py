"""The postman: tells the system what became of its mails, as SES would.

The local cloud takes mails and sends no events about them. This process reads its outbox, finds claim,
notice and recipient in the decision link of the text, and publishes SES's events to the topic. The recipient
decides, as with SES's mailbox simulator: `bounce@…` bounces, `complaint@…` accepts and then complains,
anyone else accepts. Mails without a decision link are nobody's proof and are passed over.

The same process carries the scans of uploaded documents: see `scanner.py`.
"""

import json
import sys
import time
from datetime import datetime, timezone

from botocore.exceptions import BotoCoreError, ClientError

from aws import client, outbox
from link import Link
from link import find as find_link
from scanner import scan
from settings import STACK, STATE

SEEN = STATE / "postman.seen"
PAUSE_S = 0.3
COMPLAINS_AFTER_S = 1  # people complain about what they have got; queues keep no order


def main(topic: str, bucket: str) -> None:
    scanned: set[str] = set()
    seen = set(SEEN.read_text().split()) if SEEN.exists() else set()
    while True:
        try:
            carry(topic, seen)
            scan(bucket, scanned)
        except (OSError, BotoCoreError, ClientError) as error:  # the local cloud is starting or stopping
            print("the local cloud cannot be read:", error, flush=True)
        time.sleep(PAUSE_S)


def carry(topic: str, seen: set[str]) -> None:
    """Publishes the events of every mail not seen before."""
    for mail in outbox():
        if mail["MessageId"] in seen:
            continue
        for event in events(mail):
            if event["eventType"] == "Complaint":
                time.sleep(COMPLAINS_AFTER_S)
            client("sns").publish(TopicArn=topic, Message=json.dumps(event))
            print(event["eventType"], event["mail"]["tags"]["claim"], event["mail"]["tags"]["notice"], flush=True)
        seen.add(mail["MessageId"])
        with SEEN.open("a") as file:
            file.write(mail["MessageId"] + "\n")


def events(mail: dict) -> list[dict]:
    """What SES says about a mail: for each recipient one event, two for who complains."""
    found = find_link(mail["BodyText"])
    if not found:
        return []
    recipients = mail["To"] + mail["CC"] + mail["BCC"]
    envelope = _envelope(mail, found, recipients)
    return [{"eventType": kind, "mail": envelope, **part} for address in recipients for kind, part in _fate(address)]


def _fate(address: str) -> list[tuple[str, dict]]:
    name = address.partition("@")[0].partition("+")[0]
    if name == "bounce":
        return [("Bounce", {"bounce": _bounce(address)})]
    delivered = ("Delivery", {"delivery": _delivery(address)})
    if name == "complaint":
        return [delivered, ("Complaint", {"complaint": _complaint(address)})]
    return [delivered]


def _envelope(mail: dict, found: Link, recipients: list[str]) -> dict:
    return {
        "timestamp": _instant(mail["Timestamp"]),
        "source": mail["Source"],
        "sendingAccountId": "000000000000",
        "messageId": mail["MessageId"].partition("@")[0],
        "destination": recipients,
        "headersTruncated": False,
        "headers": [{"name": "Subject", "value": mail["Subject"]}],
        "commonHeaders": {"from": [mail["Source"]], "to": recipients, "subject": mail["Subject"]},
        "tags": {"ses:configuration-set": [STACK], "claim": [found.claim], "notice": [str(found.notice)], "recipient": [str(found.recipient)]},
    }


def _delivery(address: str) -> dict:
    return {
        "timestamp": _instant(time.time()),
        "processingTimeMillis": 1,
        "recipients": [address],
        "smtpResponse": "250 2.6.0 Message received",
        "reportingMTA": "a8-70.smtp-out.amazonses.com",
    }


def _bounce(address: str) -> dict:
    code = "smtp; 550 5.1.1 user unknown"
    return {
        "timestamp": _instant(time.time()),
        "feedbackId": f"bounce-{time.time_ns()}",
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [{"emailAddress": address, "action": "failed", "status": "5.1.1", "diagnosticCode": code}],
        "reportingMTA": "dsn; a8-70.smtp-out.amazonses.com",
    }


def _complaint(address: str) -> dict:
    return {
        "timestamp": _instant(time.time()),
        "feedbackId": f"complaint-{time.time_ns()}",
        "complaintSubType": None,
        "complainedRecipients": [{"emailAddress": address}],
        "complaintFeedbackType": "abuse",
    }


def _instant(seconds: float) -> str:
    at = datetime.fromtimestamp(seconds, timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


if __name__ == "__main__":
    main(*sys.argv[1:])
