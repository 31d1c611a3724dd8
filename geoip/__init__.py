"""Geo database: address to country, region, city, time zone, network; and keeping it fresh."""

from geoip.database import Attribution, DatabaseStatus
from geoip.errors import DatabaseError, GeoipError, SourceError, SourceSettingError, StorageError
from geoip.lookup import Locator
from geoip.network import Network
from geoip.place import NOWHERE, Place
from geoip.source import DbIp, MaxMind, Npm, Source
from geoip.update import DEFAULT_SOURCES, install, update

__all__ = [
    "DEFAULT_SOURCES",
    "NOWHERE",
    "Attribution",
    "DatabaseError",
    "DatabaseStatus",
    "DbIp",
    "GeoipError",
    "Locator",
    "MaxMind",
    "Network",
    "Npm",
    "Place",
    "Source",
    "SourceError",
    "SourceSettingError",
    "StorageError",
    "install",
    "update",
]
