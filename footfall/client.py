"""Client: a site's figures from the stats API, as rows, an Arrow table or a DataFrame.

It needs nothing but Python; `arrow` and `dataframe` want pyarrow and pandas, which the extra
`footfall[client]` installs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    import pandas
    import pyarrow

Metric: TypeAlias = Literal[
    "visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration",
    "events", "scroll_depth", "percentage", "conversion_rate", "group_conversion_rate",
    "average_revenue", "total_revenue", "time_on_page", "exit_rate", "lcp_ms", "fcp_ms",
    "ttfb_ms", "inp_ms", "cls",
]  # fmt: skip
RangeName: TypeAlias = Literal[
    "day", "24h", "7d", "28d", "30d", "91d", "month", "6mo", "12mo", "year", "all"
]
DateRange: TypeAlias = RangeName | str | tuple[date | datetime | str, date | datetime | str]
Value: TypeAlias = float | int | None

# Our choice: longer than any question may take.
TIMEOUT_S: Final = 60.0
# Counts; every other metric may have a fraction.
_COUNTS: Final = ("visitors", "visits", "pageviews", "events")


class ClientError(Exception):
    """The server did not answer with figures; `status` is HTTP's, 0 when it could not be asked."""

    def __init__(self, message: str, status: int = 0, retry_after_s: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_s = retry_after_s  # after 429: in how many seconds to ask again


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its dimensions' values and its metrics, each by name.

    Rates are in percent, durations in seconds; None is a rate of nothing or too few visitors.
    An amount is a number, its currency in `currencies`.
    """

    dimensions: Mapping[str, str]
    metrics: Mapping[str, Value]
    currencies: Mapping[str, str] = field(default_factory=dict)
    is_folded: bool = False  # several rows of few visitors together

    def __getitem__(self, name: str) -> str | Value:
        """Return a dimension's value or a metric."""
        return self.dimensions[name] if name in self.dimensions else self.metrics[name]


@dataclass(frozen=True, slots=True)
class Result:
    """An answer."""

    rows: Sequence[Row]
    metrics: Sequence[str]
    dimensions: Sequence[str]  # as understood: "time" is the step it came to
    meta: Mapping[str, Any]

    def __iter__(self) -> Iterator[Row]:
        """Iterate over the rows."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def records(self) -> list[dict[str, str | Value]]:
        """Return each row as one dictionary; revenue has its currency beside it."""
        return [
            {
                **row.dimensions,
                **row.metrics,
                **{f"{name}_currency": currency for name, currency in row.currencies.items()},
            }
            for row in self.rows
        ]

    def arrow(self) -> pyarrow.Table:
        """Return a table with a column for each dimension and metric."""
        import pyarrow

        columns = {
            name: pyarrow.array([row.dimensions[name] for row in self.rows], pyarrow.string())
            for name in self.dimensions
        }
        for name in self.metrics:
            kind = pyarrow.int64() if name in _COUNTS else pyarrow.float64()
            columns[name] = pyarrow.array([row.metrics[name] for row in self.rows], kind)
            if name.endswith("_revenue"):
                currencies = [row.currencies.get(name) for row in self.rows]
                columns[f"{name}_currency"] = pyarrow.array(currencies, pyarrow.string())
        return pyarrow.table(columns)

    def dataframe(self) -> pandas.DataFrame:
        """Return a DataFrame with a column for each dimension and metric."""
        frame: pandas.DataFrame = self.arrow().to_pandas()
        return frame


class Client:
    """One installation's stats API and a token of scope `stats` for it."""

    def __init__(self, url: str, token: str, *, timeout_s: float = TIMEOUT_S) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"url {url!r}: expected http(s)://host, such as http://127.0.0.1:8001")
        self._url = url.rstrip("/")
        self._token = token
        self._timeout_s = timeout_s

    def query(
        self,
        site: str,
        metrics: Sequence[Metric],
        date_range: DateRange = "28d",
        *,
        dimensions: Sequence[str] = (),
        filters: Sequence[Any] = (),
        order_by: Sequence[tuple[str, Literal["asc", "desc"]]] = (),
        include: Mapping[str, Any] | None = None,
        limit: int = 10_000,
        offset: int = 0,
    ) -> Result:
        """Return figures of a site; raises ClientError."""
        body = {
            "site_id": site,
            "metrics": list(metrics),
            "date_range": _range(date_range),
            "dimensions": list(dimensions),
            "filters": list(filters),
            "order_by": [list(order) for order in order_by],
            "include": dict(include or {}),
            "pagination": {"limit": limit, "offset": offset},
        }
        return _result(self._ask("/api/v2/query", body))

    def visitors_now(self, site: str) -> int:
        """Return how many visitors had an event in the last five minutes; raises ClientError."""
        found = self._ask(f"/api/v1/stats/realtime/visitors?site_id={quote(site, safe='')}")
        return int(found)

    def _ask(self, target: str, body: Mapping[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        request = Request(f"{self._url}{target}", data, headers)
        try:
            with urlopen(request, timeout=self._timeout_s) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise _refusal(error) from error
        except (URLError, HTTPException, OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise ClientError(f"{self._url} gave no figures: {reason}") from error


def _range(value: DateRange) -> str | list[str]:
    if isinstance(value, str):
        return value
    return [end if isinstance(end, str) else end.isoformat() for end in value]


def _result(answer: Mapping[str, Any]) -> Result:
    asked = answer["query"]
    metrics, dimensions = asked["metrics"], asked["dimensions"]
    folded = set(answer["meta"].get("folded_rows", ()))
    rows = [
        _row(row, metrics, dimensions, is_folded=number in folded)
        for number, row in enumerate(answer["results"])
    ]
    return Result(rows, metrics, dimensions, answer["meta"])


def _row(
    row: Mapping[str, Any], metrics: Sequence[str], dimensions: Sequence[str], *, is_folded: bool
) -> Row:
    values = dict(zip(metrics, row["metrics"], strict=True))
    amounts = {name: value for name, value in values.items() if isinstance(value, dict)}
    return Row(
        dict(zip(dimensions, row["dimensions"], strict=True)),
        values | {name: amount["value"] for name, amount in amounts.items()},
        {name: amount["currency"] for name, amount in amounts.items()},
        is_folded,
    )


def _refusal(error: HTTPError) -> ClientError:
    with error:
        try:
            text = str(json.load(error)["error"])
        except (ValueError, KeyError, TypeError, OSError):
            text = error.reason
    retry_after = error.headers.get("Retry-After", "")
    return ClientError(text, error.code, int(retry_after) if retry_after.isdecimal() else 0)


__all__ = ["Client", "ClientError", "DateRange", "Metric", "RangeName", "Result", "Row"]
