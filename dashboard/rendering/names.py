"""Names: what metrics, columns, tabs, dimensions, periods and operators are called in English."""

from __future__ import annotations

from typing import Final

METRICS: Final = {
    "visitors": "Visitors",
    "sessions": "Sessions",
    "pageviews": "Pageviews",
    "bounce_rate": "Bounce rate",
    "duration_s": "Session duration",
}

DEFINITIONS: Final = {
    "visitors": "Browsers seen on a day, counted once each day. The same person on two days "
    "counts twice; over a period the days add up.",
    "sessions": "Stretches of activity by one visitor with no gap of 30 minutes or more, "
    "within one day.",
    "pageviews": "Pages opened, repeats included. A page that a browser loaded ahead counts only "
    "once it is shown.",
    "bounce_rate": "Share of sessions with one pageview and no interactive event. Lower is better.",
    "duration_s": "Average time from a session\u2019s first to its last event, "
    "engaged time included.",
}

# Heads of tables; the key is a column or what a row stands for.
COLUMNS: Final = {
    **METRICS,
    "engaged_s": "On page",
    "scroll": "Scroll",
    "events": "Events",
    "bounces": "Bounces",
    "duration_s": "Duration",
}

PANELS: Final = {
    "pages": "Pages",
    "sources": "Sources",
    "countries": "Countries",
    "places": "Places",
    "devices": "Devices",
}

TABS: Final = {
    "pages": "Top",
    "top": "Top",
    "entry": "Entry",
    "entry_pages": "Entry",
    "exit": "Exit",
    "exit_pages": "Exit",
    "sources": "Sources",
    "channels": "Channels",
    "referrers": "Referrers",
    "campaigns": "Campaigns",
    "countries": "Countries",
    "regions": "Regions",
    "cities": "Cities",
    "browsers": "Browsers",
    "systems": "OS",
    "os": "OS",
    "devices": "Devices",
    "screens": "Screens",
    "languages": "Languages",
}

DIMENSIONS: Final = {
    "page": "Page",
    "entry_page": "Entry page",
    "exit_page": "Exit page",
    "hostname": "Hostname",
    "source": "Source",
    "channel": "Channel",
    "referrer": "Referrer",
    "utm_source": "Campaign source",
    "utm_medium": "Campaign medium",
    "utm_campaign": "Campaign",
    "utm_term": "Campaign term",
    "utm_content": "Campaign content",
    "country": "Country",
    "region": "Region",
    "city": "City",
    "device": "Device",
    "browser": "Browser",
    "browser_version": "Browser version",
    "os": "OS",
    "os_version": "OS version",
    "screen": "Screen",
    "language": "Language",
    "goal": "Goal",
}

# What the form of a new filter offers. Places have codes nobody knows: their rows are clicked.
FILTER_DIMENSIONS: Final = (
    "page",
    "entry_page",
    "exit_page",
    "source",
    "channel",
    "referrer",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "device",
    "browser",
    "os",
    "hostname",
    "goal",
)

OPERATORS: Final = {
    "is": "is",
    "is_not": "is not",
    "contains": "contains",
    "contains_not": "does not contain",
}

PERIODS: Final = {
    "today": "Today",
    "yesterday": "Yesterday",
    "7d": "7 days",
    "28d": "28 days",
    "30d": "30 days",
    "91d": "91 days",
    "month": "This month so far",
    "last_month": "Last month",
    "12mo": "12 months",
    "year": "This year",
    "custom": "Chosen dates",
}

# Where the menu of periods draws a line: before these.
PERIOD_GROUPS: Final = (
    ("today", "yesterday"),
    ("7d", "28d", "30d", "91d"),
    ("month", "last_month", "12mo", "year"),
)

COMPARISONS: Final = {
    "previous": "Previous period",
    "year": "Year before",
    "none": "Nothing",
}

SHORTCUTS: Final = {
    "today": "D",
    "yesterday": "E",
    "7d": "W",
    "28d": "T",
    "month": "M",
    "year": "Y",
    "custom": "C",
}

# What the script can have; one that is not named here goes by its own name.
FEATURES: Final = {
    "downloads": "Downloads",
    "elements": "Marked elements",
    "forms": "Forms sent",
    "hash": "Routes in the fragment",
    "notfound": "Pages not found",
    "outbound": "Links to other sites",
    "vitals": "Web vitals",
}

# Why a beacon was not counted, or by which rule it would not have been; the key is a reason of the
# ledger, without the mark of a rule in shadow mode.
REASONS: Final = {
    "bot": "Bots",
    "spam": "Referrer spam",
    "hostname": "Another hostname",
    "path": "Excluded path",
    "address": "Excluded address",
    "signal": "Privacy signal",
    "objection": "Objected",
    "no_consent": "No consent",
    "no_session": "No session found",
    "duplicate": "Sent twice",
    "automation": "Driven browsers",
    "declared": "Declared bots",
    "headers": "Contradicting headers",
    "language": "No language",
    "hosting": "Hosting networks",
    "rate": "Inhuman pace",
}

# What each means and what to do, in a sentence.
REASON_HELP: Final = {
    "bot": "A program opened the page, by what its user agent says or because the browser was "
    "driven by one; nothing to do.",
    "spam": "The referrer is a host known for sending visits nobody made; nothing to do.",
    "hostname": "The page stands on a hostname that is not the site\u2019s: if it is yours, add it "
    "with “footfall site set NAME --hostname HOST”, all others named again.",
    "path": "The path is one you exclude: see “footfall site show NAME”, change it with "
    "“footfall site set NAME --exclude-path PATTERN”.",
    "address": "It came from a network you exclude, such as your own office: change it with "
    "“footfall site set NAME --exclude-network CIDR”.",
    "signal": "The browser sends Global Privacy Control or Do Not Track: to count such pageviews "
    "for nobody, use “footfall site set NAME --signal nobody”; how long a page was looked "
    "at is left out either way.",
    "objection": "The visitor objected to being counted; that is theirs to choose.",
    "no_consent": "The visitor did not agree, or took it back; that is theirs to choose.",
    "no_session": "It says how long a page was looked at, but its pageview was not counted or is "
    "too long ago; nothing to do unless it is a large part.",
    "duplicate": "The same event came again, as after a lost connection, and was counted the "
    "first time; nothing to do.",
    "automation": "The browser says that a program drives it.",
    "declared": "The user agent is that of a program that says so.",
    "headers": "What the browser says of itself in its headers cannot all be true.",
    "language": "No Accept-Language came, which every browser sends; some content networks take "
    "it away.",
    "hosting": "The network is a data centre\u2019s, where few people browse; relays and company "
    "gateways stand there too.",
    "rate": "One address with one browser opened more pages than a person reads; many people "
    "behind one address can do the same.",
}

STEPS: Final = {"hour": "per hour", "day": "per day", "month": "per month"}


# What can be exported, and in which formats.
DATASETS: Final = {
    "events": "Events, one row each",
    "sessions": "Sessions, one row each",
    "daily": "Daily figures of closed days",
    "dropped": "What was not counted, by hour",
}
EXPORT_FORMATS: Final = {
    "csv": "CSV, for spreadsheets",
    "ndjson": "NDJSON, one JSON object a line",
    "parquet": "Parquet, for notebooks and databases",
}


def name_of(table: dict[str, str], key: str) -> str:
    """Return a key's name, the key itself in plain words when it has none."""
    return table.get(key) or key.replace("_", " ").capitalize()
