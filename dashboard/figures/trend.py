"""Trend: a view's metrics and the points of its chart, beside those of the comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from typing import Final, TypeAlias, get_args

from dashboard.figures.model import Metric, MetricName, Point, Series
from dashboard.figures.period import StepTime, step_of, steps
from dashboard.figures.query import NEVER, Figures, Scope, by_day, by_hour
from dashboard.figures.view import View
from privacy.small_numbers import fold
from schema import Store

Values: TypeAlias = dict[str, float | None]

METRIC_NAMES: Final[tuple[MetricName, ...]] = get_args(MetricName)


@dataclass(frozen=True, slots=True)
class Trend:
    """The strip's figures and the chart's."""

    visitors: int
    metrics: list[Metric]
    series: Series


def read_trend(store: Store, view: View, scope: Scope, compared: Scope | None) -> Trend:
    """Return a view's metrics and series; `compared` is None when nothing is compared."""
    times = steps(view.period, step_of(view.period), view.site)
    days = by_day(store, scope)
    total = sum(days.values(), Figures())
    figures = _by_step(store, view, scope, days, times)
    values = _values(view, figures, times, scope)
    total_before, times_before, before = None, [], []
    if compared and view.comparison:
        days_before = by_day(store, compared)
        total_before = sum(days_before.values(), Figures())
        times_before = steps(view.comparison.period, step_of(view.period), view.site)
        figures = _by_step(store, view, compared, days_before, times_before)
        before = _values(view, figures, times_before, compared)
    points = [
        _point(view, time, values[number], number, times_before, before)
        for number, time in enumerate(times)
    ]
    return Trend(
        total.visitors, _metrics(total, total_before), Series(step_of(view.period), points)
    )


def hidden_trend(view: View) -> Trend:
    """Return the trend of a view that shows nothing."""
    step = step_of(view.period)
    points = [
        Point(time.starts_at, dict.fromkeys(METRIC_NAMES), None, {}, _is_partial(view, time))
        for time in steps(view.period, step, view.site)
    ]
    return Trend(0, [Metric(name, None, None) for name in METRIC_NAMES], Series(step, points))


def metric_values(figures: Figures) -> Values:
    """Return the metrics of counts; a rate of nothing is None."""
    sessions = figures.sessions
    return {
        "visitors": figures.visitors,
        "sessions": sessions,
        "pageviews": figures.pageviews,
        "bounce_rate": figures.bounces / sessions if sessions else None,
        "duration_s": figures.duration_s / sessions if sessions else None,
    }


def _metrics(total: Figures, before: Figures | None) -> list[Metric]:
    now = metric_values(total)
    earlier = metric_values(before) if before else dict.fromkeys(METRIC_NAMES)
    return [Metric(name, now[name], earlier[name]) for name in METRIC_NAMES]


def _by_step(
    store: Store, view: View, scope: Scope, days: dict[date, Figures], times: list[StepTime]
) -> list[Figures]:
    """Return the figures of each step; an hour of the comparison is whole unless it runs now."""
    if step_of(view.period) != "hour":
        return _sum_days(days, times)
    timezone = str(times[0].starts_at.tzinfo)
    whole = by_hour(store, replace(scope, before=NEVER), timezone)
    figures = [whole.get(time.starts_at.astimezone(UTC), Figures()) for time in times]
    if scope.before is NEVER:
        return figures
    cut = by_hour(store, scope, timezone)
    return [
        cut.get(time.starts_at.astimezone(UTC), Figures())
        if time.starts_at <= scope.before < time.ends_at
        else of_hour
        for time, of_hour in zip(times, figures, strict=True)
    ]


def _sum_days(days: dict[date, Figures], times: list[StepTime]) -> list[Figures]:
    """Add days up by step: visitors of different days never overlap."""
    figures = [Figures()] * len(times)
    starts = [time.starts_at.date() for time in times]
    for day, of_day in days.items():
        number = sum(start <= day for start in starts) - 1
        figures[number] += of_day
    return figures


def _values(
    view: View, figures: Sequence[Figures], times: list[StepTime], scope: Scope
) -> list[Values]:
    """Return the metrics of each step; None for small steps of a guarded view and lost days."""
    values = [metric_values(of_step) for of_step in figures]
    if view.is_guarded:
        folded = fold(range(len(values)), lambda n: figures[n].visitors, view.site.small_number)
        for number in folded.others:
            if figures[number].visitors:
                values[number] = dict.fromkeys(METRIC_NAMES)
    lost = scope.expired_days if step_of(view.period) == "hour" else scope.lost_days
    for number, time in enumerate(times):
        last = (time.ends_at - timedelta(microseconds=1)).date()
        if any(time.starts_at.date() <= day <= last for day in lost):
            values[number] = dict.fromkeys(METRIC_NAMES)
    return values


def _point(
    view: View,
    time: StepTime,
    values: Values,
    number: int,
    times_before: list[StepTime],
    before: list[Values],
) -> Point:
    is_future = time.starts_at > view.now
    has_before = number < len(times_before)
    return Point(
        starts_at=time.starts_at,
        values=dict.fromkeys(METRIC_NAMES) if is_future else values,
        previous_starts_at=times_before[number].starts_at if has_before else None,
        previous=before[number] if has_before else {},
        is_partial=_is_partial(view, time),
    )


def _is_partial(view: View, time: StepTime) -> bool:
    return time.starts_at <= view.now < time.ends_at
