"""Schema: the tables as numbered migrations, and the one way to them on either engine."""

from schema.errors import NewerSchemaError, SchemaError, StoreBusyError, StoreError
from schema.migrate import Migration, migrate, migrations
from schema.sites import Site, UnknownSiteError, get_site, list_sites, save_site
from schema.statements import statement
from schema.store import Store, open_embedded, open_server

__all__ = [
    "Migration",
    "NewerSchemaError",
    "SchemaError",
    "Site",
    "Store",
    "StoreBusyError",
    "StoreError",
    "UnknownSiteError",
    "get_site",
    "list_sites",
    "migrate",
    "migrations",
    "open_embedded",
    "open_server",
    "save_site",
    "statement",
]
