"""The scanner: tells the system what is in its uploaded documents, as GuardDuty would.

The local cloud scans nothing. This looks into the quarantine and puts the scanner's event on the
default bus: the harmless file that every scanner finds is found, a document may say how many scans of it fail
first, anything else is clean.
"""

import json
import re

from aws import client

# The EICAR test file, in two parts, so that no scanner of this machine finds it here.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
QUARANTINE = "quarantine/"
FAILS = re.compile(rb"fails (\d) scans")


def scan(bucket: str, seen: set[str]) -> None:
    """Scans every upload not seen before."""
    found = client("s3").list_objects_v2(Bucket=bucket, Prefix=QUARANTINE)
    for item in found.get("Contents", []):
        upload = f"{item['Key']} {item['ETag']} {item['LastModified'].isoformat()}"
        if upload not in seen:
            content = client("s3").get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
            before = sum(one.startswith(f"{item['Key']} ") for one in seen)
            _tell(bucket, item, _status(content, before))
            seen.add(upload)


def _status(content: bytes, before: int) -> str:
    """What a scan says of a document that was scanned so often before."""
    fails = FAILS.search(content)
    if fails and before < int(fails[1]):
        return "FAILED"
    return "THREATS_FOUND" if EICAR in content else "NO_THREATS_FOUND"


def _tell(bucket: str, item: dict, status: str) -> None:
    threats = [{"name": "EICAR-Test-File (not a virus)"}] if status == "THREATS_FOUND" else None
    detail = {
        "schemaVersion": "1.0", "scanStatus": "FAILED" if status == "FAILED" else "COMPLETED", "resourceType": "S3_OBJECT",
        "s3ObjectDetails": {"bucketName": bucket, "objectKey": item["Key"], "eTag": item["ETag"], "versionId": "", "s3Throttled": False},
        "scanResultDetails": {"scanResultStatus": status, "threats": threats},
    }
    kind = "GuardDuty Malware Protection Object Scan Result"
    client("events").put_events(Entries=[{"Source": "cpor.scanner", "DetailType": kind, "Detail": json.dumps(detail)}])
    print("scan", item["Key"].split("/")[1], status, flush=True)
