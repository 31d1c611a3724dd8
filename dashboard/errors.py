"""Errors of the dashboard, one class for each answer a request can get."""


class DashboardError(Exception):
    """Any request that gets no page."""


class ParameterError(DashboardError):
    """A parameter of the address cannot be read; answer 400 and name it."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(f"{parameter}: {message}")
        self.parameter = parameter


class NotFoundError(DashboardError):
    """Nothing is there, or nothing this viewer may know of; answer 404 either way."""


class RefusedError(NotFoundError):
    """What is there is not for who asks; answer as if nothing were, and note it."""

    def __init__(self, message: str, actor: str, *, site: str = "", duty: str = "") -> None:
        super().__init__(message)
        self.actor = actor  # a user's or token's id
        self.site = site
        self.duty = duty


class NotSignedInError(DashboardError):
    """No session, or an ended one; send to the login page."""


class PasswordNeededError(DashboardError):
    """The session began with a password that worked once; send to where one is chosen."""


class SecondFactorNeededError(DashboardError):
    """A second factor is required and the session has none; send to where it is turned on."""


class ForgedFormError(DashboardError):
    """A form came without its token; answer 403."""
