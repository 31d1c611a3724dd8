"""Promise: declared bots are dropped, and browsers are not, on lists of both."""

from __future__ import annotations

from pathlib import Path

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from collector.rules.bot import bot_family

DATA = Path(__file__).parent.parent / "data"
AI_CRAWLERS = (
    *("GPTBot", "ChatGPT-User", "OAI-SearchBot", "ClaudeBot", "Claude-User", "PerplexityBot"),
    *("Perplexity-User", "Google-Extended", "Bytespider", "CCBot", "Amazonbot", "Applebot"),
    *("meta-externalagent", "cohere-ai", "DuckAssistBot", "MistralAI-User", "YouBot", "Diffbot"),
)


def lines_of(name: str) -> list[str]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_of_the_declared_bots_of_the_list_99_in_100_are_dropped() -> None:
    declared = [text for entry in CRAWLER_USER_AGENTS_DATA for text in entry.get("instances", [])]
    assert len(declared) > 2_000
    assert sum(bot_family(text) != "" for text in declared) >= 0.99 * len(declared)


def test_of_browsers_at_most_1_in_1000_is_dropped() -> None:
    browsers = lines_of("browsers.txt")
    assert len(browsers) > 900
    dropped = [text for text in browsers if bot_family(text)]
    assert len(dropped) <= 0.001 * len(browsers), dropped


def test_of_programs_that_another_list_has_most_are_dropped() -> None:
    programs = lines_of("programs.txt")
    assert len(programs) == 500
    # Measured 0.85: many are of programs long gone, which run no script.
    assert sum(bot_family(text) != "" for text in programs) >= 0.8 * len(programs)


def test_crawlers_of_language_models_are_dropped_by_name() -> None:
    for name in AI_CRAWLERS:
        agent = f"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; {name}/1.0)"
        assert bot_family(agent), name


def test_a_family_has_no_more_than_a_name() -> None:
    agent = "Mozilla/5.0 (compatible; Somebot/2.1; +https://bot.example/jo@mail.example)"
    assert "@" not in bot_family(agent)
    assert "example" not in bot_family(agent)
