"""Bot: the family of a program that declares itself in its user agent, "" for a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from collector.facts.agent import AGENTS_KEPT, parse_agent

# Measured over browsers' user agents with crawler-user-agents 1.67: alternations of 25 need 0.1 ms,
# one of all 1,504 patterns 3 ms, as only a short one has a prefix to look for.
_PATTERNS_A_CHUNK: Final = 25
_LONGEST_FAMILY: Final = 40
# Browsers send 80 to 400 characters; what is longer is expensive to search, and a program's.
_LONGEST_READ: Final = 1_024

# Programs that no list has yet, by what they say of themselves.  An address to write to or to read
# about it is in none of 1,000 current browsers, and the words are in none of 165,000 that came with
# crawlerdetect 0.4.2 (MIT), old phones and apps among them; left out are browsers' own addresses.
_SIGNS: Final = re.compile(
    r"https?://(?!(?:www\.)?(?:bsalsa|avantbrowser)\.)|\bwww\.(?!bsalsa|avantbrowser)"
    r"|(?<![\w.+-])[a-z][\w.+-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,3}\.[a-z]{2,}\b"
    r"|crawl|spider|spyder|scrap(?:er|ing)|scan(?:ner|ning)|monitoring|validator|check(?:er|ing)"
    r"|fetch|feed|probe|\bseo\b|archiver|indexer|screenshot|thumbnail|analyzer|headless|selenium|uptime"
    r"|[a-z]gpt\b|\bllm\b|claude-|\bai(?:agent|bot)\b|langchain|undici|postmanruntime",
    re.IGNORECASE,
)

# What people's phones, apps and browsers are called, and a list takes for a program.
_PEOPLE: Final = re.compile(
    r"HTC[ _]Butterfly|Butterfly M1|\bBlackboard/|SogouM\w+|Opera Mini/[\d.]+/"
)

# What ua-parser calls a device it knows to be a program.
_SPIDER: Final = "Spider"


@lru_cache(maxsize=AGENTS_KEPT)
def bot_family(user_agent: str) -> str:
    """Return what the program calls itself; "none" without a user agent, "" for a browser."""
    if not user_agent.strip():
        return "none"
    text = _PEOPLE.sub("", user_agent[:_LONGEST_READ])
    for chunk in _crawlers():
        if found := chunk.search(text):
            return _family(user_agent, found.group())
    if _SIGNS.search(text):
        return _family(user_agent, "crawler")
    agent = parse_agent(user_agent)
    # Televisions of LG are among what it takes for programs.
    if agent.device is not None and agent.device.family == _SPIDER and "SmartTV" not in text:
        return _family(user_agent, "crawler")
    return ""


def _family(user_agent: str, matched: str) -> str:
    """Return the name ua-parser has for it, else the letters of what a pattern matched."""
    browser = parse_agent(user_agent).user_agent
    name = matched if browser is None else browser.family
    letters = re.sub(r"[^A-Za-z .-]+", " ", name).strip(" .-")
    return letters[:_LONGEST_FAMILY] or "crawler"


@cache
def _crawlers() -> tuple[re.Pattern[str], ...]:
    return tuple(_chunks([entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA]))


def _chunks(patterns: list[str]) -> Iterator[re.Pattern[str]]:
    for start in range(0, len(patterns), _PATTERNS_A_CHUNK):
        yield re.compile("|".join(patterns[start : start + _PATTERNS_A_CHUNK]))
