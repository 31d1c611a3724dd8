"""Promise: what may name a person or open a door is cut before writing; a shop's own names stay."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.facts.page import page_of
from collector.facts.scrub import scrubbed
from tests.build import a_beacon

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
UUID = "0b5c3b1e-8d5f-4f0a-9c52-3b8a6c1d2e4f"
SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
MD5 = "d41d8cd98f00b204e9800998ecf8427e"

CUT = [
    ("jo@mail.example", "[email]"),
    ("/user/jo.doe@mail.example/orders", "/user/[email]/orders"),
    ("/user/jo.doe%40mail.example", "/user/[email]"),
    ("/user/jo%2540mail.example", "/user/[email]"),
    ("jo+shop@mail.co.example", "[email]"),
    ("mailto:jo@mail.example?subject=x", "mailto:[email]?subject=x"),
    ("əli@poçt.example", "[email]"),
    ("jo@xn--poa-2la.xn--p1ai", "[email]"),
    ("from jo@mail.example to al@mail.example", "from [email] to [email]"),
    ("4111111111111111", "[card]"),
    ("/pay/4111111111111111/done", "/pay/[card]/done"),
    ("4111 1111 1111 1111", "[card]"),
    ("4111-1111-1111-1111", "[card]"),
    ("4111%201111%201111%201111", "[card]"),
    ("card:5555555555554444", "card:[card]"),
    ("2223003122003222", "[card]"),  # Mastercard's second series
    ("2200000000000004", "[card]"),  # Mir
    ("378282246310005", "[card]"),  # American Express, 15
    ("3782 822463 10005", "[card]"),
    ("30569309025904", "[card]"),  # Diners, 14
    ("6011111111111117", "[card]"),
    ("3530111333300000", "[card]"),
    ("+994501234567", "[phone]"),
    ("+994 50 123 45 67", "[phone]"),
    ("+994 (50) 123-45-67", "[phone]"),
    ("/call/%2B994501234567", "/call/[phone]"),
    ("/call/+12025550123", "/call/[phone]"),
    ("+44 20 7946 0958", "[phone]"),
    ("00994501234567", "[phone]"),
    ("0501234567", "[phone]"),
    ("/order/0501234567/thanks", "/order/[phone]/thanks"),
    ("050 123 45 67", "[phone]"),
    ("050-123-45-67", "[phone]"),
    ("(050) 123-45-67", "[phone]"),
    ("(012) 345 67 89", "[phone]"),
    ("55 123 45 67", "[phone]"),
    ("0532 123 45 67", "[phone]"),
    ("01 23 45 67 89", "[phone]"),
    ("020 7946 0958", "[phone]"),
    ("8 (916) 123-45-67", "[phone]"),
    ("8-916-123-45-67", "[phone]"),
    ("89161234567", "[phone]"),
    ("79161234567", "[phone]"),
    ("994501234567", "[phone]"),
    ("995551234567", "[phone]"),
    ("905321234567", "[phone]"),
    ("555-123-4567", "[phone]"),
    ("1-202-555-0123", "[phone]"),
    ("(202) 555-0123", "[phone]"),
    ("tel:5551234", "tel:[phone]"),
    ("https://wa.me/15551234567", "https://wa.me/[phone]"),
    ("whatsapp://send?phone=447911123456", "whatsapp://send?phone=[phone]"),
    (JWT, "[token]"),
    (f"/login/{JWT}/x", "/login/[token]/x"),
    (f"/reset/{UUID}", "/reset/[token]"),
    (f"/reset-password/{UUID}", "/reset-password/[token]"),
    ("token=abcdef0123456789", "token=[token]"),
    ("/unsubscribe/1234567890abcdef", "/unsubscribe/[token]"),
    (SHA1, "[token]"),
    (f"/x/{MD5}", "/x/[token]"),
    (f"/detail/{SHA1}", "/detail/[token]"),
    ("/verify/Zx81kQp0Lm4Tn7Vb2Yw9", "/verify/[token]"),
    ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "[token]"),
    ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "ghp_[token]"),
    ("/s/q3r7x1m9k2p5v8z4t6w0y1b3", "/s/[token]"),
    ("dGhpcyBpcyBhIHNlY3JldDEyMzQ1Njc4OTA=", "[token]"),
    ("EAIaIQobChMI4tL9v7mP8gIVkQ4GAB1Z0Q7sEAAYASAAEgJ", "[token]"),
]

STAYS = [
    *("/", "/cart", "pageview", "Add to cart", "spring-2026", "Böyük endirim", "/kişi/köynək"),
    "/p/iphone-15-pro-max-256gb",
    "/p/samsung-galaxy-a54-128gb-5g-dual-sim",
    "/p/ps5-x1c-gen9-i7-1165g7-16gb-1tb-w11p",
    "/p/SamsungGalaxyBook4Pro360UltraEdition",
    "/p/iPhone-15-Pro-Max-256GB-Blue-Titanium",
    "/p/sm-a546b-ds-8gb-128gb",
    "/P/WAUZZZ8K9BA123456",
    "/order/2024-11-21",
    "/blog/2024/11/21/black-friday",
    "/order/20241121",
    "21.11.2024 10:30",
    "01-02-2024",
    "2024-11-21T10:30:00+04:00",
    "/p/4006381333931",  # EAN-13
    "/p/4760000000001",  # an Azerbaijani EAN prefix
    "/p/978-0-306-40615-7",  # ISBN-13
    "/p/9780306406157",
    "/p/0306406152",  # ISBN-10
    "/p/0-306-40615-2",
    "/p/036000291452",  # UPC-A
    "/p/00012345600012",  # GTIN-14
    "/p/73513537",  # EAN-8
    "/variants/43812345678901",  # Shopify, 14 digits
    "/products/4512345678906",  # Shopify, 13 digits
    "1718452800000",  # milliseconds
    "1718452800",
    "/item/1005006123456789",  # AliExpress
    "394123456789",  # eBay
    "/dp/B0CHX1W1XY",
    "4111111111111112",  # no card by its check digit
    "1234567890123456",
    "12345678901234567890",
    "704.885.07",  # IKEA
    "0000012345",
    "/id/123456789",
    "555-1234",
    "1,299.00",
    "12.50",
    "10.0.19045",
    "256gb",
    "+7",
    "c++",
    "/search/samsung+20231121",
    "/search/iphone+15+pro",
    f"/p/{UUID}",
    f"/detail/{MD5}",
    "/p/507f1f77bcf86cd799439011",  # MongoDB
    "/img/logo@2x.png",
    "/package/react@18.2.0",
    "/@handle",
    "/@shop.example",
    "me@home",
    "/reset-button-for-game-boy-1989",
    "/token/of-love-necklace",
    "/invite/friends-and-family-sale",
    "confirmation",
    "/session/guitar-strings-09-42",
    "/watch/dQw4w9WgXcQ",
    "utm_source_newsletter_2026_spring_sale",
    "newsletter_2026_11_21_black_friday_az",
    "internationalizationandlocalization",
    "Donaudampfschifffahrtsgesellschaft2",
    "/az/mehsullar/ev-ve-bag/mebel/divan-3-neferlik-acilan",
    "size 42, colour 5",
]


@pytest.mark.parametrize(("text", "left"), CUT)
def test_what_may_name_a_person_is_cut(text: str, left: str) -> None:
    assert scrubbed(text) == left


@pytest.mark.parametrize("text", STAYS)
def test_what_a_shop_calls_its_things_stays(text: str) -> None:
    assert scrubbed(text) == text


def test_a_percent_encoded_path_is_read_before_it_is_scrubbed() -> None:
    page = page_of("https://shop.example/u/jo%40mail.example/%2B994%2050%20123%2045%2067")
    assert page is not None
    assert page.path == "/u/[email]/[phone]"
    broken = page_of("https://shop.example/%FF/jo%40mail.example")
    assert broken is not None
    assert broken.path == "/%FF/[email]"


def test_a_beacon_built_from_an_address_has_its_path_scrubbed() -> None:
    assert a_beacon(f"/reset/{SHA1}").page.path == "/reset/[token]"


_AROUND = st.sampled_from(["", "/", "/a/", "x ", ", ", "?q="])
_AFTER = st.sampled_from(["", "/", "/a/", " x", ", ", "?q="])


@given(_AROUND, st.from_regex(r"[a-z][a-z0-9.]{0,20}[a-z]", fullmatch=True), _AROUND)
def test_no_address_is_left(before: str, name: str, after: str) -> None:
    assert name not in scrubbed(f"{before}{name}@mail.example{after}").replace("[email]", "")


@given(_AROUND, st.integers(10**14, 10**15 - 1), st.sampled_from(["", " ", "-"]), _AROUND)
def test_no_visa_number_is_left(before: str, body: int, gap: str, after: str) -> None:
    number = f"4{body % 10**14:014d}"
    total = sum(sum(divmod(int(digit) * (2 - index % 2), 10)) for index, digit in enumerate(number))
    number += str(-total % 10)
    written = gap.join(number[start : start + 4] for start in range(0, 16, 4))
    assert scrubbed(f"{before}{written}{after}") == f"{before}[card]{after}"


@given(st.integers(0, 10**8 - 1), _AFTER)
def test_no_number_of_the_country_is_left(subscriber: int, after: str) -> None:
    assert scrubbed(f"/call/+9945{subscriber:08d}{after}") == f"/call/[phone]{after}"


@given(st.integers(0, 10**12 - 1))
def test_no_ean_is_cut(body: int) -> None:
    number = f"{body:012d}"
    total = sum(int(digit) * (1 + 2 * (index % 2)) for index, digit in enumerate(number))
    assert scrubbed(f"/p/{number}{-total % 10}") == f"/p/{number}{-total % 10}"


@given(st.lists(st.from_regex(r"[a-z]{2,9}|[0-9]{1,4}", fullmatch=True), min_size=1, max_size=9))
def test_no_slug_of_words_and_short_numbers_is_cut(words: list[str]) -> None:
    # Dates and numbers to call have their digits side by side.
    slug = "/p/" + "-x-".join(words)
    assert scrubbed(slug) == slug


def test_nearly_every_drawn_token_is_cut() -> None:
    tokens = [secrets.token_urlsafe(32) for _ in range(2_000)]
    assert sum("[token]" in scrubbed(f"/x/{token}") for token in tokens) >= 1_960


@given(st.text(max_size=300))
def test_any_text_is_read_and_cut_once(text: str) -> None:
    once = scrubbed(text)
    assert scrubbed(once) == once
