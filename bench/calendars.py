"""Expands calendar feeds with recurring-ical-events (python-dateutil): the second opinion of bench/calendars.ts.

Reads {"zone", "from", "to", "feeds"} as JSON, writes one list of [title, start, end] (milliseconds) a feed.
"""

import datetime
import json
import sys
import zoneinfo

import icalendar
import recurring_ical_events

question = json.load(sys.stdin)
zone = zoneinfo.ZoneInfo(question["zone"])
utc = datetime.timezone.utc


def moment(value):
    """Milliseconds; whole days and floating times are the zone's; a skipped time is later, of two the first."""
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time())
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone)
    return int(value.replace(fold=0).timestamp() * 1000)


first, last = (datetime.datetime.fromtimestamp(question[name] / 1000, utc) for name in ("from", "to"))
margin = datetime.timedelta(days=3)
answers = []
for text in question["feeds"]:
    events = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(first - margin, last + margin)
    found = [[str(event["SUMMARY"]), moment(event.start), moment(event.end)] for event in events]
    answers.append(sorted(one for one in found if one[1] < question["to"] and one[2] > question["from"]))
json.dump(answers, sys.stdout)
