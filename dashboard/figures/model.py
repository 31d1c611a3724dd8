"""Model: the figures of one page, as views hand them to templates; numbers, not yet words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal, get_args

MetricName = Literal["visitors", "sessions", "pageviews", "bounce_rate", "duration_s"]
METRICS: Final[tuple[str, ...]] = get_args(MetricName)
FilterOperator = Literal["is", "is_not", "contains", "contains_not"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of the strip; rates are fractions, durations seconds, None is unknown."""

    name: MetricName
    value: float | None
    previous: float | None  # None also when nothing is compared


@dataclass(frozen=True, slots=True)
class Point:
    """One step of the series."""

    starts_at: datetime  # aware, in the site's zone
    values: dict[str, float | None]  # by MetricName; None: to come, too few, or not kept
    previous_starts_at: datetime | None
    previous: dict[str, float | None]
    is_partial: bool  # the step is not over yet


@dataclass(frozen=True, slots=True)
class Series:
    """The chart's points, oldest first, with no step left out."""

    step: Literal["hour", "day", "month"]
    points: list[Point]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a panel."""

    value: str  # as filters name it; "" is direct or unknown
    label: str  # for people
    visitors: int
    share: float | None  # of all visitors of the view, 0..1; may sum to more than 1
    extra: dict[str, float | None] = field(default_factory=dict)  # by column name
    is_other: bool = False  # several values folded together, no link
    context: str = ""  # a city's country, a region's country


@dataclass(frozen=True, slots=True)
class Panel:
    """One table of the page, most visitors first."""

    name: str  # pages, sources, countries, places, devices, device_split (has no tabs)
    tab: str  # the one shown
    tabs: tuple[str, ...]
    dimension: str  # what a click on a row filters by
    columns: tuple[str, ...]  # keys of Row.extra: engaged_s, scroll (0..1), bounce_rate, pageviews
    rows: list[Row]
    row_total: int  # rows there are in all
    folded_below: int = 0  # the small number, when rows were folded
    lost_until: date | None = None  # up to this day nothing is known by this dimension alone
    error: str = ""  # said instead of rows when the panel could not be read


@dataclass(frozen=True, slots=True)
class LivePath:
    """A path and how many visitors are at it now."""

    path: str
    visitors: int


@dataclass(frozen=True, slots=True)
class Live:
    """Who is there now: visitors with an event in the last five minutes."""

    visitors: int
    paths: list[LivePath]  # most visitors first
    pageviews_per_minute: list[int]  # the last 30 minutes, oldest first, the last one not over
    at: datetime  # aware, in the site's zone
    hidden_below: int = 0  # the small number, when there are too few visitors to show them


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the site's zone, both included."""

    key: str  # today, yesterday, 7d, 28d, 30d, 91d, month, last_month, 12mo, year, custom
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition of the view."""

    dimension: str
    operator: FilterOperator
    values: tuple[str, ...]
    labels: tuple[str, ...]  # the values for people


@dataclass(frozen=True, slots=True)
class Reason:
    """Why beacons were left out."""

    name: str  # as in the view `dropped`
    beacons: int
    share: float | None  # of all that were left out, 0..1; None where they were counted
    samples: list[tuple[str, int]]  # details with their beacons, most first, only a few


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Well formed and not counted, in the period."""

    beacons: int
    reasons: list[Reason]  # most beacons first; none for who sees a part of the site
    on_trial: list[Reason]  # counted all the same: a rule in shadow mode found them


@dataclass(frozen=True, slots=True)
class Returning:
    """Browsers with a lasting id, which they agreed to; None is too few, or too early, to tell."""

    consented: int | None
    returning: int | None  # of these, seen on an earlier day, too
    back_in_7_days: float | None  # of those new in the period, 0..1
    back_in_30_days: float | None
    hidden_below: int  # the small number


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole page."""

    site: str
    timezone: str
    now: datetime  # aware, in the site's zone
    period: Period
    comparison: Period | None
    filters: tuple[Filter, ...]
    metrics: list[Metric]
    series: Series
    panels: dict[str, Panel]
    live: Live
    nobody_pageviews: int  # counted with a privacy signal: in pageviews, in no visitor
    left_out: LeftOut
    returning: Returning | None = None  # None also where nobody is asked for consent
    hidden_below: int = 0  # the small number, when the view has too few visitors to show anything
    # Under a filter: figures up to this day are unknown, as only totals are kept of it.
    began_on: date | None = None  # when counting began too late to compare with
    lost_until: date | None = None
    error: str = ""  # said instead of metrics and series when they could not be read


@dataclass(frozen=True, slots=True)
class DetailsPage:
    """Every row of one panel, a page of them at a time."""

    site: str
    timezone: str
    now: datetime  # aware, in the site's zone
    period: Period
    filters: tuple[Filter, ...]
    panel: Panel  # `rows` are this page's; `row_total` counts those that match the search
    search: str
    sort: str  # "value", "visitors" or one of panel.columns
    descending: bool
    page: int  # from 1
    page_total: int  # at least 1
    hidden_below: int = 0


@dataclass(frozen=True, slots=True)
class DroppedPage:
    """What was not counted, by reason and by day."""

    site: str
    timezone: str
    period: Period
    filters: tuple[Filter, ...]  # they do not reach the ledger
    left_out: LeftOut
    days: list[tuple[date, int, int]]  # day, bots, others; days with none left out


@dataclass(frozen=True, slots=True)
class ExportPage:
    """What a viewer may take out of a site, and the days to begin with."""

    site: str
    timezone: str
    period: Period
    datasets: tuple[str, ...]
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StartPage:
    """How a site's pages come to be counted."""

    site: str
    consent: Literal["cookieless", "consent", "strict"]  # what browsers may keep
    snippet: str  # HTML to paste into the shop's pages
    checked_snippet: str  # the same, for a browser to compare the file with its hash (SRI)
    script_url: str
    consent_url: str  # of the consent script, "" without one
    features: tuple[tuple[str, bool], ...]  # each the script can have, and whether it is chosen
    since: date | None = None  # the first day with figures; None: it waits for them


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at the page."""

    email: str
    role: Literal["owner", "analyst", "viewer", "seller"]
    csrf: str  # the hidden field `csrf` of every form that posts
