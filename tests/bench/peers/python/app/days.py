"""Business days of the operator, and local days as instants in milliseconds."""

import calendar
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

_DATA = json.loads(Path(__file__).with_name("holidays.json").read_text())
_HOLIDAYS, _WEEKEND, _YEARS = set(_DATA["holidays"]), set(_DATA["weekend"]), _DATA["years"]
COUNTRY, DAY = _DATA["country"], timedelta(days=1)


def local_date(at: int, zone: str) -> date:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).date()


def first_instant(day: date, zone: str) -> int:
    """The first instant of a local day: a midnight that does not exist moves forward, of two the later."""
    folds = [datetime(day.year, day.month, day.day, fold=fold, tzinfo=ZoneInfo(zone)) for fold in (0, 1)]
    return max(int(midnight.astimezone(UTC).timestamp()) for midnight in folds) * 1000


def deadline(start: int, business_days: int, zone: str, added: set[str]) -> int:
    """The first instant after that many business days; the day of `start` is not counted."""
    day = local_date(start, zone)
    while business_days > 0:
        day += DAY
        if not _YEARS[0] <= day.year <= _YEARS[1]:
            raise ValueError("outside the calendar data")
        free = day.isoweekday() in _WEEKEND or day.isoformat() in _HOLIDAYS or day.isoformat() in added
        business_days -= not free
    return first_instant(day + DAY, zone)


def months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def millis(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def rfc3339(at: int) -> str:
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return moment.isoformat(timespec="milliseconds" if at % 1000 else "seconds").replace("+00:00", "Z")
