"""Reference times for packages/forecast's time zones, from Python's zoneinfo (the IANA database).

    python3 golden/time_zones.py

writes golden/time_zones.json beside this file: for hours of the wall clock around changes of the clocks, the moments
(milliseconds since 1970 in UTC) at which the clock showed them: none in a gap, two in the hour that comes twice.
"""

import datetime
import json
import pathlib
import platform
import zoneinfo

UTC = datetime.timezone.utc
STARTS = {
    "Europe/Berlin": ["2020-03-28T22:30", "2020-10-24T22:30", "1950-07-01T00:00"],
    "America/New_York": ["2021-03-13T22:30", "2021-11-06T22:30"],
    "Australia/Lord_Howe": ["2021-04-03T22:15", "2021-10-02T22:15"],  # half an hour
    "Asia/Kolkata": ["2021-06-01T00:00"],
    "Asia/Shanghai": ["1991-04-13T22:30", "2024-01-01T00:00"],
    "UTC": ["2021-06-01T00:00"],
}


def moments(wall, zone):
    found = set()
    for fold in (0, 1):
        moment = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == wall:
            found.add(int(moment.timestamp() * 1000))
    return sorted(found)


cases = []
for name, starts in STARTS.items():
    zone = zoneinfo.ZoneInfo(name)
    for start in starts:
        for step in range(12):
            wall = datetime.datetime.fromisoformat(start) + datetime.timedelta(minutes=30 * step)
            cases.append({"zone": name, "wall": wall.isoformat(), "moments": moments(wall, zone)})

out = {
    "readme": "moments: when (milliseconds since 1970 in UTC) the clocks of a zone showed the time `wall`",
    "madeWith": {"python": platform.python_version()},
    "cases": cases,
}
path = pathlib.Path(__file__).parent / "time_zones.json"
path.write_text(json.dumps(out) + "\n")
