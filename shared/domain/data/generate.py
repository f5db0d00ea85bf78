"""Writes the embedded calendar data: countries/*.txt, countries.rs and VERSION.

    make calendars

Running it again with the same versions gives the same bytes. The format is described in README.md.
"""

import re
from collections import defaultdict
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import tzdata
from holidays import country_holidays
from holidays.constants import PUBLIC
from holidays.utils import list_supported_countries

DATA_VERSION = "2026.12"
FIRST, LAST = 2024, 2040
# Far enough past LAST to see which tables of the source end before it.
PROBE = range(FIRST - 8, LAST + 5)
# Up to here a holiday that stops was abolished, or was granted year by year. One that stops later
# stops because the source's table of its (lunar) calendar ends.
ANNOUNCED = 2027
HERE = Path(__file__).parent
NATIONAL = ""

# Inhabited or claimed, but without a line of their own in zone.tab.
ZONES_BY_HAND = {
    "BV": ["Europe/Oslo"],  # Bouvet: Norwegian, uninhabited
    "HM": ["Indian/Kerguelen"],  # Heard and McDonald: uninhabited, the nearest neighbour's
    "XK": ["Europe/Belgrade"],  # Kosovo: no ISO code, so no line
}

# Laid over the source's weekends: country -> weekend days (ISO, 1 = Monday), when that was checked,
# and the reason. The source has the legal day of rest only, its default, or an older week.
WEEKENDS = {
    "AE": ("567", "2026-12-01", "the source has Saturday and Sunday alone; since 2022 public offices of Sharjah "
                                "rest on Friday, too, and all others from noon on: such a day is not counted"),
    "AI": ("67", "2026-11-28", "the source has Sunday alone; public offices work Monday to Friday"),
    "BN": ("567", "2026-11-28", "public offices rest on Friday and Sunday, and many others on "
                                "Saturday: a day on which either rests is not counted"),
    "CD": ("67", "2026-11-28", "the source has Sunday alone; offices work Monday to Friday"),
    "HK": ("67", "2026-11-28", "the source has Sunday alone; the five-day week of the government "
                               "(2006) is that of offices"),
    "IR": ("45", "2026-11-28", "the source has Friday alone; public offices rest on Thursday, too"),
    "KN": ("67", "2026-11-28", "the source has Sunday alone; public offices work Monday to Friday"),
    "LY": ("56", "2026-11-28", "the source has its default; offices work Sunday to Thursday"),
    "MR": ("67", "2026-11-28", "the source has the week before 2014-10-01, when the weekend moved "
                               "from Friday and Saturday to Saturday and Sunday"),
    "NE": ("67", "2026-11-28", "the source has Sunday alone; public offices work Monday to Friday"),
    "PS": ("56", "2026-11-28", "the source has its default; offices work Sunday to Thursday"),
    "PY": ("67", "2026-11-28", "the source has Sunday alone; public offices work Monday to Friday"),
    "SO": ("56", "2026-11-28", "the source has its default; offices rest on Friday and Saturday"),
    "TK": ("67", "2026-11-28", "the source has Sunday alone; public offices work Monday to Friday"),
    "VE": ("67", "2026-11-28", "the source has Sunday alone; the labour law of 2012 gives two days "
                               "of rest, and offices work Monday to Friday"),
}
# A holiday that the source moves away from a working day is off on both days, since the move is
# announced year by year and the source only predicts it. Not so in these countries: country ->
# when that was checked, and the reason.
MOVED_BY_LAW = {
    "AR": ("2026-11-28", "Law 27399 names the holidays that move, and to which Monday"),
    "CL": ("2026-11-28", "Law 19668 and Law 20299 name the holidays that move, and to which day"),
    "CO": ("2026-11-28", "Law 51 of 1983 moves them to the next Monday"),
    "CR": ("2026-11-28", "Law 9875 names the days for 2020 to 2024"),
    "DO": ("2026-11-28", "Law 139-97 names the holidays that move, and to which Monday"),
    "GT": ("2026-11-28", "Decree 19-2018 of the congress is a law; it names the Monday"),
    "NZ": ("2026-11-28", "anniversary days of provinces are kept on a Monday by old custom"),
}


def zones_by_country():
    """Country -> zones, in the order of zone.tab."""
    zones = defaultdict(list)
    table = Path(tzdata.__file__).parent / "zoneinfo" / "zone.tab"
    for line in table.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            zones[country].append(zone)
    return {**ZONES_BY_HAND, **zones}


def keeping_moves(base):
    """The class of a source's calendar, which keeps the days from which it moves a holiday."""

    class Keeping(base):
        def __init__(self, **options):
            self.moved = []
            super().__init__(**options)

        def _move_holiday(self, dt, **options):
            names = self.get_list(dt)
            moved, to = super()._move_holiday(dt, **options)
            if moved:
                self.moved.append((dt, names))
            return moved, to

    return Keeping


def calendars(country):
    """Scope (a subdivision, or NATIONAL) -> the source's calendar, names in English."""
    plain = country_holidays(country)
    scopes = [NATIONAL, *sorted(plain.subdivisions)]
    language = "en_US" if "en_US" in plain.supported_languages else None
    if not language and plain.supported_languages:
        raise SystemExit(f"{country}: no English names")
    keeping = keeping_moves(type(plain))
    return {s: keeping(subdiv=s or None, years=PROBE, language=language, expand=False,
                       categories=(PUBLIC,)) for s in scopes}


def last_year(calendar):
    """The last year for which the source knows every recurring holiday of this calendar."""
    years = defaultdict(set)
    for day in calendar:
        for name in calendar.get_list(day):
            years[re.sub(r" \((observed|estimated|observed, estimated)\)", "", name)].add(day.year)
    last = min(LAST, calendar.end_year)
    for seen in years.values():
        end = max(seen)
        recurring = sum(year in seen for year in range(end - 7, end + 1)) >= 5
        if recurring and ANNOUNCED <= end < last:
            last = end
    return last


def weekends(country, calendar):
    """The weekend days (ISO, 1 = Monday) with the date each set begins; the first has none."""
    if country in WEEKENDS:
        return (("", WEEKENDS[country][0]),)
    return source_weekends(calendar)


def source_weekends(calendar):
    """The same by the source alone."""
    found, before = [], None
    day = date(FIRST, 1, 1)
    while day.year <= LAST:
        days = "".join(str(d + 1) for d in sorted(calendar._get_weekend(day)))
        if days != before:
            found.append((f"{day:%Y%m%d}" if found else "", days))
            before = days
        day += timedelta(days=1)
    return tuple(found)


def moved_by_announcement(country, calendar):
    """The working days, with names, from which the source moves a holiday by a prediction only."""
    if country in MOVED_BY_LAW:
        return []
    rules = weekends(country, calendar)

    def working(day):
        rest = [days for begins, days in rules if begins <= f"{day:%Y%m%d}"][-1]
        return str(day.isoweekday()) not in rest

    return [(day, names) for day, names in calendar.moved
            if FIRST <= day.year <= LAST and day not in calendar and working(day)]


def holidays(country, by_scope, last):
    """(estimated?, name, scopes) -> dates."""
    scopes = defaultdict(set)
    for scope, calendar in by_scope.items():
        listed = [(day, calendar.get_list(day)) for day in calendar]
        for day, names in [*listed, *moved_by_announcement(country, calendar)]:
            for name in names:
                estimated = "estimated" in name
                # An estimated day counts one day either side, so its neighbours may be in range.
                reach = timedelta(days=1 if estimated else 0)
                if (day + reach).year >= FIRST and (day - reach).year <= last:
                    scopes[estimated, name, day].add(scope)
    dates = defaultdict(set)
    for (estimated, name, day), where in scopes.items():
        dates[estimated, name, frozenset(where)].add(day)
    return dates


def scope_text(where, everywhere):
    """`*` all, `-` the country without a subdivision, `A,B` these, `!A,B` all but these."""
    if where == everywhere:
        return "*"
    without = everywhere - where
    text = lambda scopes: ",".join(sorted(s or "-" for s in scopes))
    return text(where) if len(where) <= len(without) else "!" + text(without)


def date_text(days, first, last):
    """`MMDD` for a date of every year, `YYMMDD` for a single one."""
    by_month_day = defaultdict(set)
    for day in days:
        by_month_day[f"{day:%m%d}"].add(day)
    every = {key for key, found in by_month_day.items()
             if {d.year for d in found} == set(range(first, last + 1))}
    single = sorted(d for key, found in by_month_day.items() if key not in every for d in found)
    return " ".join([*sorted(every), *(f"{d:%y%m%d}" for d in single)])


def country_text(country, zones):
    """One country's file, and its last year."""
    by_scope = calendars(country)
    lasts = {scope: last_year(calendar) for scope, calendar in by_scope.items()}
    everywhere, last = frozenset(by_scope), max(lasts.values())
    lines = [f"years|{FIRST}|{last}"]
    for end in sorted(set(lasts.values()) - {last}):
        where = {s for s in lasts if lasts[s] == end}
        lines.append(f"until|{scope_text(where, everywhere)}|{end}")
    lines.append("zones|" + " ".join(zones[country]))
    lines.append("subdivisions|" + ",".join(sorted(s for s in by_scope if s)))
    by_weekend = defaultdict(set)
    for scope, calendar in by_scope.items():
        for rule in weekends(country, calendar):
            by_weekend[rule].add(scope)
    for (begins, days), where in sorted(by_weekend.items()):
        lines.append(f"weekend|{scope_text(where, everywhere)}|{begins}|{days}")
    rows = []
    for (estimated, name, where), days in holidays(country, by_scope, last).items():
        if "|" in name or not name.strip():
            raise SystemExit(f"{country}: unusable name {name!r}")
        kind = "estimated" if estimated else "holiday"
        rows.append((min(days).strftime("%m%d"), f"{kind}|{scope_text(where, everywhere)}|{name}|"
                     + date_text(days, FIRST, last)))
    lines += [row for _, row in sorted(rows)]
    print_changes(country, by_scope)
    return "\n".join(lines) + "\n", last


def print_changes(country, by_scope):
    """Says where the tables above change the source's calendars, and which row changes nothing."""
    changed = {s for s, c in by_scope.items() if weekends(country, c) != source_weekends(c)}
    if country in WEEKENDS:
        days, checked, reason = WEEKENDS[country]
        if not changed:
            raise SystemExit(f"{country}: the source has this weekend now, so the row must go")
        was = sorted({days for s in changed for _, days in source_weekends(by_scope[s])})
        where = scope_text(changed, frozenset(by_scope))
        print(f"{country} {where}: weekend {days}, was {'/'.join(was)} ({checked}: {reason})")
    both = {(day, name) for c in by_scope.values()
            for day, names in moved_by_announcement(country, c) for name in names}
    for name in sorted({name for _, name in both}):
        days = sorted(day for day, other in both if other == name)
        print(f"{country}: {name} is off on its own day as well: {', '.join(map(str, days))}")
    if country in MOVED_BY_LAW and not any(c.moved for c in by_scope.values()):
        raise SystemExit(f"{country}: the source moves no holiday now, so the row must go")


def table_text(countries):
    """The Rust table of the files, sorted, so that nothing is read or parsed before it is asked for."""
    rows = "".join(f'    ("{c}", include_str!("countries/{c}.txt")),\n' for c in countries)
    return ("//! Written by `generate.py`; do not edit.\n\n"
            "/// Country code and its calendar, sorted by code.\n"
            f"pub(crate) const COUNTRIES: &[(&str, &str)] = &[\n{rows}];\n")


def version_text(lasts):
    """One line: source, version, category, licence, years, exceptions to them, zones, data version."""
    fewer = ",".join(f"{c}:{y}" for c, y in sorted(lasts.items()) if y != LAST)
    return (f"data {DATA_VERSION}; source PyPI holidays {version('holidays')}; category PUBLIC; "
            f"licence MIT; countries {len(lasts)}; years {FIRST}-{LAST}, fewer {fewer}; "
            f"zones PyPI tzdata {version('tzdata')} ({tzdata.IANA_VERSION})\n")


def main():
    zones = zones_by_country()
    countries = sorted(list_supported_countries(include_aliases=False))
    if unknown := {*WEEKENDS, *MOVED_BY_LAW} - set(countries):
        raise SystemExit(f"no such country: {sorted(unknown)}")
    folder = HERE / "countries"
    folder.mkdir(exist_ok=True)
    for stale in folder.glob("*.txt"):
        stale.unlink()
    lasts = {}
    for country in countries:
        text, lasts[country] = country_text(country, zones)
        (folder / f"{country}.txt").write_text(text, encoding="utf-8", newline="\n")
    (HERE / "countries.rs").write_text(table_text(countries), encoding="utf-8", newline="\n")
    (HERE / "VERSION").write_text(version_text(lasts), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
