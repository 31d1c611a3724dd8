"""Access: who asks, and which sites and pages are for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import HTTPConnection

from dashboard.errors import ForgedFormError, NotFoundError, NotSignedInError, RefusedError
from dashboard.figures.model import Viewer
from dashboard.signin.sessions import COOKIE, Session, Sessions
from privacy.roles import Duty, may
from schema import Site, Store, UnknownSiteError, get_site, list_sites
from schema.tokens import Token
from schema.users import UnknownUserError, User, get_user_by_id

# The page says the same of one that is not there and of one that is not for this role.
_NO_PAGE: Final = "There is no such page, or it is not for your role."
# The page says the same of a site that is not there and of one that is not theirs.
_NO_SITE: Final = "There is no such site, or it is not among yours."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user and the session in which the request came."""

    user: User
    session: Session
    form_token: str

    @property
    def must_set_password(self) -> bool:
        """Return whether the password that opened the session cannot be used again."""
        return not self.user.password_hash

    def viewer(self) -> Viewer:
        """Return what pages say of the user."""
        return Viewer(self.user.email, self.user.role, self.form_token)


def signed_in(store: Store, sessions: Sessions, cookie: str) -> SignedIn:
    """Return who holds a session cookie; raises NotSignedInError and StoreError."""
    session = sessions.read(cookie)
    if session is None:
        raise NotSignedInError("no session, or one that is over")
    try:
        user = get_user_by_id(store, session.user)
    except UnknownUserError as error:
        raise NotSignedInError("the account was removed") from error
    if user.session_epoch != session.epoch:
        raise NotSignedInError("the session was ended")
    return SignedIn(user, session, sessions.form_token(session.id))


def session_cookie(request: HTTPConnection) -> str:
    """Return the session cookie of a request, "" when there is none."""
    return request.cookies.get(COOKIE, "")


def check_form(sessions: Sessions, owner: str, form: dict[str, str]) -> None:
    """Raise ForgedFormError unless a form came from a page of ours shown to this holder."""
    if not sessions.is_form_token(owner, form.get("csrf", "")):
        raise ForgedFormError("the form is too old, or was not sent from this page")


def require(user: User, duty: Duty) -> None:
    """Raise RefusedError unless a duty belongs to the user's role."""
    if not may(user.role, duty):
        raise RefusedError(_NO_PAGE, str(user.id), duty=duty)


def visible_sites(store: Store, user: User) -> list[Site]:
    """Return the sites a user sees, by name; a seller without pages sees none."""
    if user.role == "seller" and not user.path_prefixes:
        return []
    return [site for site in list_sites(store) if user.may_see(site.name)]


def visible_site(store: Store, user: User, name: str) -> Site:
    """Return one of the sites a user sees; raises NotFoundError for any other name."""
    for site in visible_sites(store, user):
        if site.name == name:
            return site
    if any(site.name == name for site in list_sites(store)):
        raise RefusedError(_NO_SITE, str(user.id), site=name)
    raise NotFoundError(_NO_SITE)


def visible_paths(user: User) -> tuple[str, ...]:
    """Return what the paths a user sees begin with; empty: all."""
    return user.path_prefixes if user.role == "seller" else ()


def site_of_token(store: Store, token: Token, name: str) -> Site:
    """Return one of the sites a token is for; raises NotFoundError for any other name."""
    try:
        site = get_site(store, name)
    except UnknownSiteError as error:
        raise NotFoundError(_NO_SITE) from error
    if not token.may_use(name):
        raise RefusedError(_NO_SITE, str(token.id), site=name)
    return site
