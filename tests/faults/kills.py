"""Kills: the collector, the store and the supervisor, killed in random order under traffic."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from pathlib import Path

from tests.faults.figures import Figures, figures, stored_rows
from tests.faults.service import COLLECTOR, STORE, service
from tests.faults.traffic import traffic

SUPERVISOR = "supervisor"


def kill_in_random_order(folder: Path, *, rounds: int, seed: int) -> Figures:
    """Kill one of the three a round, each at least once in three rounds."""
    chance = random.Random(seed)
    order: list[str] = []
    while len(order) < rounds:
        order += chance.sample([COLLECTOR, STORE, SUPERVISOR], 3)
    begun_s = time.monotonic()
    with service(folder) as running, traffic(running.public, per_s=300) as sent:
        for victim in order[:rounds]:
            time.sleep(chance.uniform(0.1, 1.0))
            if victim == SUPERVISOR:
                running.kill_supervisor()
            else:
                running.kill(victim, signal.SIGKILL)
            # Every third round the next kill meets what is only just starting.
            if chance.random() < 2 / 3:
                running.wait_until_well()
        running.wait_until_well()
        sent.stop()
        running.wait_until_stored()
    return figures(
        "kill -9 in random order",
        sent,
        stored_rows(running.data),
        begun_s,
        seed=seed,
        rounds=dict(Counter(order[:rounds])),
    )
