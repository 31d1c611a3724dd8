"""Workbench: what the page for questions in SQL shows beside the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from dashboard.gallery import Example, examples
from dashboard.signin.access import visible_sites
from dashboard.workbench.blanks import Blank, blanks_of, usual_values
from dashboard.workbench.chart import AnswerChart
from dashboard.workbench.links import question_link
from dashboard.workbench.questions import Table
from schema import Store
from schema.described import DescribedTable, described_tables
from schema.questions import AskedQuery, SavedQuery, list_asked_queries, list_saved_queries
from schema.users import User


@dataclass(frozen=True, slots=True)
class Shelf:
    """What can be looked up and opened."""

    tables: Sequence[DescribedTable]
    examples: Sequence[Example]
    saved: Sequence[SavedQuery]
    asked: Sequence[tuple[AskedQuery, str]]  # with the address that opens it again
    sites: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The question in the editor."""

    text: str = ""
    values: dict[str, str] = field(default_factory=dict)  # of its blanks
    title: str = ""  # of an example or a kept question
    about: str = ""
    saved: SavedQuery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of asking; nothing of it before."""

    table: Table | None = None
    chart: AnswerChart | None = None
    error: str = ""
    elapsed_s: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlPage:
    """All of the page."""

    user: UUID
    opened: Opened
    blanks: Sequence[Blank]
    usual: Mapping[str, str]  # what blanks that are written next begin with
    shelf: Shelf
    purpose: str  # said earlier in the session, "" when it is yet to be asked
    link: str  # that opens the question again, "" for none
    outcome: Outcome


def read_shelf(store: Store, user: User) -> Shelf:
    """Return what a user may look up; raises StoreError."""
    return Shelf(
        tables=described_tables(store),
        examples=examples(),
        saved=list_saved_queries(store, user.id),
        asked=[
            (asked, question_link(asked.text, {})) for asked in list_asked_queries(store, user.id)
        ],
        sites=[site.name for site in visible_sites(store, user)],
    )


def sql_page(
    user: User, opened: Opened, shelf: Shelf, purpose: str, outcome: Outcome, now: datetime
) -> SqlPage:
    """Return the page of an opened question."""
    link = question_link(opened.text, opened.values) if opened.text.strip() else ""
    return SqlPage(
        user=user.id,
        opened=opened,
        blanks=blanks_of(opened.text, opened.values, shelf.sites, now.date()),
        usual=usual_values(now.date()),
        shelf=shelf,
        purpose=purpose,
        link=link,
        outcome=outcome,
    )
