"""Money: an exact amount in a currency of ISO 4217."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec

from collector.decode import Revenue
from collector.facts.tables import read_table

# The store's Decimal(18, 4).  A number or a string of one; no exponent, which no shop writes.
_AMOUNT: Final = re.compile(rb'"?\s*(-?[0-9]{1,14}(?:\.[0-9]{1,4}0*)?)\s*"?')

_currencies: Final = frozenset(row[0] for row in read_table("currencies.txt"))
_revenue = msgspec.json.Decoder(Revenue).decode


class Money(NamedTuple):
    """An amount, None without one, and its currency."""

    amount: Decimal | None = None
    currency: str = ""


NO_MONEY: Final = Money()


def money_of(sent: Revenue | str) -> Money:
    """Return the money in an object, or in a JSON string of one.

    Raises ValueError with what was expected.
    """
    if isinstance(sent, str):
        try:
            sent = _revenue(sent)
        except msgspec.MsgspecError:
            raise ValueError(
                'expected an object such as {"amount": "12.50", "currency": "AZN"}'
            ) from None
    found = _AMOUNT.fullmatch(bytes(sent.amount))
    if found is None:
        raise ValueError(
            'amount: expected a decimal such as "12.50", with at most 14 digits before the point'
            " and 4 after it"
        )
    currency = sent.currency.upper()
    if currency not in _currencies:
        raise ValueError('currency: expected a code of ISO 4217 such as "AZN"')
    return Money(Decimal(found[1].decode()), currency)
