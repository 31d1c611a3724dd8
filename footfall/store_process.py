"""Store process: the one that owns the store, with the writer, the dashboard, or both."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import structlog
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from collector.beacon.scripts import FEATURES, consent_script_names, snippet_names
from collector.journal.wishes import append_wish
from collector.metrics import WriterMeter
from collector.settings import metrics_directory
from collector.writer.writer import Writer
from dashboard.app import create_app
from dashboard.door.early_head import EarlyHeadProtocol
from dashboard.settings import Credit, DashboardSettings
from footfall.commands import Context, mail
from footfall.config import Address, Config, from_environ
from footfall.control_app import control_app
from footfall.errors import CommandError
from footfall.housekeeper import jobs, keep_house, mail_jobs, retention_jobs
from footfall.metrics import WRITER_FILE, render_metrics
from footfall.notices import NoticeBook
from footfall.opening import open_store
from footfall.paths import DataPaths
from footfall.process import beat, child_arguments, give_way, inherited_listener
from footfall.store_socket import listen
from footfall.tls import Tls, server_options
from geoip import Locator
from privacy.inbox import Letter
from schema import StoreError, migrate
from schema.analysts import make_analyst_role
from schema.dump import remove_leftovers

_log = structlog.get_logger(__name__)


def main() -> None:
    """Run until SIGTERM."""
    arguments = child_arguments("the store process", "roles")
    roles = set(arguments.roles.split(","))
    give_way()
    config = from_environ(os.environ)
    listener = None if arguments.listener is None else inherited_listener(arguments.listener)
    context = open_context(config)
    if config.demo and "writer" in roles:
        from footfall.demo import seed_demo

        seed_demo(context)
    context.publish()
    try:
        asyncio.run(_serve(context, "writer" in roles, listener, arguments.heartbeat))
    finally:
        context.store.close()


def open_context(config: Config) -> Context:
    """Open the store that the configuration names and bring its tables up to date."""
    store = open_store(config)
    for migration in migrate(store):
        _log.info("migrated", migration=migration.file_stem)
    if not config.clickhouse_url:
        remove_leftovers(store, DataPaths(config.data).database)
    if config.clickhouse_url and not make_analyst_role(store):
        _log.info("analyst_role_not_made", reason="the store's user may not make roles")
    paths = DataPaths(config.data)
    return Context(store, paths, config, NoticeBook(config, paths))


async def _serve(
    context: Context, writes: bool, listener: socket.socket | None, heart: int | None
) -> None:
    """Run the threads and the listeners until a signal; the writer takes what is left last."""
    paths, config = context.paths, context.config
    meter = WriterMeter(metrics_directory(paths.root) / WRITER_FILE)
    writer = None
    if writes:
        journal, checkpoint = paths.journal, paths.checkpoint
        writer = Writer(context.store, journal, checkpoint, meter, keys=config.keys)
    stopped = _stop_signal()
    stop = threading.Event()
    threads = _Threads()
    beating = None if heart is None else asyncio.create_task(beat(heart, _sign_of_life(context)))
    if writer is not None:
        if config.demo:
            # Who opens the addresses that are told next finds the whole month.
            await asyncio.to_thread(_catch_up, writer, stopped)
        threads.start("writer", lambda: writer.run(stop))
    threads.start("housekeeper", lambda: keep_house(jobs(context, writer), stop))
    if writer is not None:
        # Apart: salts and closed days wait for nothing that takes minutes.
        threads.start("retention", lambda: keep_house(retention_jobs(context), stop), joined=False)
        if context.config.mail_server is not None:
            mailing = mail_jobs(context)
            threads.start("mail", lambda: keep_house(mailing, stop), joined=False)
    serving: list[Coroutine[Any, Any, object]] = [stopped.wait()]
    if writes or not config.clickhouse_url:
        # Collectors ask here what became of a visitor's wish.
        commands = _Server(control_app(context))
        serving.append(commands.serve_until(stopped, [listen(paths.control_socket)]))
    if listener is not None:
        door = _door_listener(config.clickhouse_door)
        pages = _Server(_application(context, door, writes), config.dashboard_tls)
        sockets = [listener] if door is None else [listener, door]
        serving.append(pages.serve_until(stopped, sockets))
    await _first_of(serving, stopped)
    stop.set()
    await asyncio.to_thread(threads.join)
    if beating is not None:
        beating.cancel()


async def _first_of(serving: Sequence[Coroutine[Any, Any, object]], stopped: asyncio.Event) -> None:
    """Return when all have ended; the end of one is the end of the others."""
    tasks = [asyncio.create_task(each) for each in serving]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stopped.set()
    await asyncio.gather(*tasks)


def _catch_up(writer: Writer, stopped: asyncio.Event) -> None:
    """Insert what the journal holds; a store that refuses is left to the writer's own thread."""
    with suppress(StoreError, OSError):
        while not stopped.is_set() and writer.step():
            pass


def _sign_of_life(context: Context) -> Callable[[], object]:
    """Return what comes back while this process is of use: the engine in it answers, too.

    A server that does not answer is no fault that a new process would mend.
    """
    if context.config.clickhouse_url:
        return lambda: None

    def ask() -> None:
        # One that refuses is not hung.
        with suppress(StoreError):
            context.store.value("SELECT 1")

    return ask


def _application(context: Context, door_listener: socket.socket | None, writes: bool) -> ASGIApp:
    """Return the dashboard and, on its own port, the ClickHouse door."""
    wish = partial(append_wish, context.paths.journal, keys=context.config.keys)
    places = Locator(context.config.geoip_db, directory=context.paths.geoip)

    def mail_answer(letter: Letter, text: str, actor: str) -> str:
        try:
            mail.answer(context, letter, text, actor)
        except CommandError as error:
            return str(error)
        return ""

    settings = DashboardSettings(
        credits=lambda: _credits(places),
        data=context.paths.root,
        metrics=partial(render_metrics, context.paths, places, context.config.keys),
        features=FEATURES,
        script_names=snippet_names,
        consent_names=consent_script_names,
        collector_url=context.config.public_url or f"http://{context.config.collector}",
        api_requests_per_hour=context.config.api_requests_per_hour,
        wish=wish if writes else None,
        retention_days=context.config.retention_days,
        trusted_proxies=context.config.trusted_proxies,
        mail_answer=mail_answer if context.config.mail_server else None,
        tell_user=partial(mail.account_changed, context),
        keys=context.config.keys,
        requires_second_factor=context.config.require_second_factor,
    )
    pages = create_app(settings, context.store, audit=context.audit)
    door: ASGIApp = pages.state.door
    door_port = None if door_listener is None else door_listener.getsockname()[1]

    async def by_socket(scope: Scope, receive: Receive, send: Send) -> None:
        server = scope.get("server")
        is_door = scope["type"] == "http" and server is not None and server[1] == door_port
        await (door if is_door else pages)(scope, receive, send)

    return by_socket


def _door_listener(address: Address | None) -> socket.socket | None:
    """Return the ClickHouse door's own listener; None when there is none, or no room for it.

    The door stays open on the dashboard's listener, so a taken port is no reason to end.
    """
    if address is None:
        return None
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server((address.host, address.port), family=family)
    except OSError as error:
        _log.error("clickhouse_door_not_opened", address=str(address), error=error.strerror)
        return None


def _credits(places: Locator) -> list[Credit]:
    """Return whom the geo databases in use ask to be named."""
    found = {database.attribution for database in places.status() if database.attribution.text}
    return [Credit(each.text, each.url) for each in sorted(found, key=lambda each: each.text)]


class _Server(uvicorn.Server):
    """The listeners' server; signals are ours to handle.

    uvicorn raises a signal it took again when it is done, which would end the process before the
    writer has taken what is left.
    """

    def __init__(self, application: ASGIApp, tls: Tls | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                access_log=False,
                log_config=None,
                http=EarlyHeadProtocol,
                server_header=False,
                proxy_headers=False,
                # Live streams end when they are told to; waiting longer would delay the writer.
                timeout_graceful_shutdown=2,
                **server_options(tls),
            )
        )

    async def serve_until(self, stopped: asyncio.Event, sockets: list[socket.socket]) -> None:
        """Serve until `stopped` is set; return early when the server fails."""
        serving = asyncio.create_task(self.serve(sockets=sockets))
        waiting = asyncio.create_task(stopped.wait())
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        self.should_exit = True
        await serving

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def _stop_signal() -> asyncio.Event:
    """Return what SIGTERM and SIGINT set."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    return stopped


class _Threads:
    """Threads without which the process is of no use: when one fails, the process ends."""

    def __init__(self) -> None:
        self._started: list[threading.Thread] = []

    def start(self, name: str, run: Callable[[], None], *, joined: bool = True) -> None:
        """Start a thread; one that is not `joined` may be broken off at any point."""
        thread = threading.Thread(target=self._guard, args=(name, run), name=name, daemon=True)
        thread.start()
        if joined:
            self._started.append(thread)

    def join(self) -> None:
        for thread in self._started:
            thread.join()

    def _guard(self, name: str, run: Callable[[], None]) -> None:
        try:
            run()
        except Exception:
            # The supervisor starts the process again, which begins from the checkpoint.
            _log.exception("thread_failed", thread=name)
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
