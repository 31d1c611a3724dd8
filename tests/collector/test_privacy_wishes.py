"""What visitors send to the privacy API is taken as documented, or each fault is named."""

from __future__ import annotations

import json

import pytest

from collector.errors import BeaconError
from collector.rights.wishes import read_correction, read_request


def test_a_place_is_corrected_as_a_whole() -> None:
    fields = read_correction(b'{"country": "AZ", "region": "AZ-BA", "city": "Bak\xc4\xb1"}')
    assert fields == {
        "country": "AZ",
        "region": "AZ-BA",
        "city": "Bakı",
        "device": None,
        "not_me": False,
    }


def test_an_unknown_country_takes_the_whole_place_away() -> None:
    assert read_correction(b'{"country": ""}')["country"] == ""


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "country"),
        ({"country": "az"}, "country"),
        ({"country": "AZE"}, "country"),
        ({"city": "Baku"}, "country"),
        ({"country": "AZ", "region": "TR-35"}, "region"),
        ({"country": "AZ", "region": "Baku"}, "region"),
        ({"country": "AZ", "city": "Nizami 12"}, "city"),
        ({"country": "AZ", "city": "a@mail.example"}, "city"),
        ({"country": "AZ", "city": "B" * 81}, "city"),
        ({"device": "Fridge"}, "device"),
        ({"not_me": True, "country": "AZ"}, "not_me"),
    ],
)
def test_what_cannot_be_is_refused(body: dict[str, object], field: str) -> None:
    with pytest.raises(BeaconError) as refused:
        read_correction(json.dumps(body).encode())
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"kind": "complaint", "colour": "red"}', b'{"kind": "party"}', b"{}"]
)
def test_a_request_is_of_a_known_kind_and_has_nothing_else(body: bytes) -> None:
    with pytest.raises(BeaconError):
        read_request(body)


@pytest.mark.parametrize(("field", "longest"), [("contact", 254), ("message", 4_000)])
def test_texts_have_their_length(field: str, longest: int) -> None:
    body = {"kind": "question", field: "x" * longest}
    assert getattr(read_request(json.dumps(body).encode()), field) == "x" * longest
    with pytest.raises(BeaconError) as refused:
        read_request(json.dumps(body | {field: "x" * (longest + 1)}).encode())
    assert list(refused.value.fields) == [field]
