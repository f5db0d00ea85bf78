"""The scanner: tells the system what is in its uploaded documents, as GuardDuty would.

The local cloud scans nothing. This looks into the quarantine and puts the scanner's event on the
default bus: the harmless file that every scanner finds is found, anything else is clean.
"""

import json

from aws import client

# The EICAR test file, in two parts, so that no scanner of this machine finds it here.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
QUARANTINE = "quarantine/"


def scan(bucket: str, seen: set[str]) -> None:
    """Scans every upload not seen before."""
    found = client("s3").list_objects_v2(Bucket=bucket, Prefix=QUARANTINE)
    for item in found.get("Contents", []):
        upload = f"{item['Key']} {item['ETag']} {item['LastModified'].isoformat()}"
        if upload not in seen:
            content = client("s3").get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
            _tell(bucket, item, infected=EICAR in content)
            seen.add(upload)


def _tell(bucket: str, item: dict, infected: bool) -> None:
    status = "THREATS_FOUND" if infected else "NO_THREATS_FOUND"
    threats = [{"name": "EICAR-Test-File (not a virus)"}] if infected else None
    detail = {
        "schemaVersion": "1.0", "scanStatus": "COMPLETED", "resourceType": "S3_OBJECT",
        "s3ObjectDetails": {"bucketName": bucket, "objectKey": item["Key"], "eTag": item["ETag"], "versionId": "", "s3Throttled": False},
        "scanResultDetails": {"scanResultStatus": status, "threats": threats},
    }
    kind = "GuardDuty Malware Protection Object Scan Result"
    client("events").put_events(Entries=[{"Source": "cpor.scanner", "DetailType": kind, "Detail": json.dumps(detail)}])
    print("scan", item["Key"].split("/")[1], status, flush=True)
