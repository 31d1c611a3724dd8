"""Region names table: written anew from the package its first lines name.

python -m dashboard.data.make_region_names ISO3166-2.JSON > dashboard/data/region_names.tsv
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HEADER = """\
# ISO 3166-2 regions by the name the standard gives them: code, name.
# Source, read 2026-11-21: PyPI iso3166-2 1.8.4, iso3166-2.json (MIT, Copyright (c) 2024 AJ); its
# licence in full: geoip/data/LICENSES.md.  Written by make_region_names.py; do not edit.
"""


def main(path: str) -> None:
    """Write the table to standard output."""
    countries = json.loads(Path(path).read_text(encoding="utf-8"))
    regions = {code: row for rows in countries.values() for code, row in rows.items()}
    sys.stdout.write(HEADER)
    for code, row in sorted(regions.items()):
        sys.stdout.write(f"{code}\t{row['name'].strip()}\n")


if __name__ == "__main__":
    main(sys.argv[1])
