"""Build: the shop's pages, written from the catalogue and the templates.

    python -m examples.storefront.build [--base /demo/] --out DIR

Links are relative, so the pages work below any path. Only the not-found page cannot know how deep
it is shown, so it alone carries the base.
"""

import argparse
import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
BASE = "/demo/"

Catalogue = dict[str, Any]
Record = dict[str, Any]

# The three bottles on the first page: our choice, by eye.
STAGE = (
    "/etir/xari-bulbul-edp-100-ml",
    "/etir/qara-nar-50-ml",
    "/etir/iceriseher-edp-100-ml",
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its path without prefix, the template, and what the template shows."""

    path: str
    template: str
    title: str
    description: str
    shown: Record


def read_catalogue() -> Catalogue:
    """Return the catalogue, each product with the path of its picture."""
    catalogue: Catalogue = json.loads((HERE / "catalogue.json").read_text("utf-8"))
    for product in catalogue["products"]:
        product["image"] = "/static/" + product["path"].rsplit("/", 1)[1] + ".svg"
    return catalogue


def build(out: Path, base: str = BASE) -> None:
    """Write the whole site to `out`, replacing what was there."""
    shutil.rmtree(out, ignore_errors=True)
    for path, content in files(read_catalogue(), base).items():
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def files(catalogue: Catalogue, base: str = BASE) -> dict[str, bytes]:
    """Return the content of each file of the site by its path below the root."""
    written = {file_of(page.path): _page(page, catalogue, None) for page in pages(catalogue)}
    missing = Page("/404", "notfound", "Page not found", "This page is not here.", {})
    written["404.html"] = _page(missing, catalogue, base)
    for source in sorted((HERE / "static").glob("*.*")):
        written[f"static/{source.name}"] = source.read_bytes()
    for product in catalogue["products"]:
        written[product["image"][1:]] = _picture(product)
    written["static/products.json"] = _products_json(catalogue)
    written["files/qiymetler.csv"] = _price_list(catalogue)
    return written


def pages(catalogue: Catalogue) -> Iterator[Page]:
    """Yield every page of the shop but the not-found one."""
    products = catalogue["products"]
    on_sale = [each for each in products if each["was"]]
    by_path = {each["path"]: each for each in products}
    home = {"best": products[:8], "items": on_sale, "stage": [by_path[path] for path in STAGE]}
    for page in catalogue["pages"]:
        about = f"{page['title']}: Ətir Evi, perfumes from Baku."
        yield Page(page["path"], page["template"], page["title"], about, home)
    for category in catalogue["categories"]:
        items = [each for each in products if each["category"] == category["path"]]
        shown = {"category": category, "items": items}
        yield Page(category["path"], "category", category["title"], category["about"], shown)
        for product in items:
            yield _product_page(product, category, products)
    everything = "Three small collections of perfumes and sets. Choose one to narrow the shelf."
    whole = {"collection": None, "items": products}
    yield Page("/kolleksiya/", "collection", "Collections", everything, whole)
    for collection in catalogue["collections"]:
        items = [each for each in products if each["collection"] == collection["slug"]]
        shown = {"collection": collection, "items": items}
        path = "/kolleksiya/" + collection["slug"]
        yield Page(path, "collection", collection["title"], collection["about"], shown)


def file_of(path: str) -> str:
    """Return the file a page's path is served from: "/" and "/a/" by an index, "/a" by a.html."""
    return path[1:] + ("index.html" if path.endswith("/") else ".html")


def _product_page(product: Record, category: Record, products: list[Record]) -> Page:
    beside = [
        each
        for each in products
        if each["collection"] == product["collection"] and each["path"] != product["path"]
    ]
    shown = {"product": product, "category": category, "beside": beside[:4]}
    return Page(product["path"], "product", product["name"], product["about"], shown)


def _page(page: Page, catalogue: Catalogue, base: str | None) -> bytes:
    template = _environment().get_template(f"{page.template}.html")
    text = template.render(
        title=page.title,
        description=page.description,
        path=page.path,
        site=catalogue["site"],
        categories=catalogue["categories"],
        collections=catalogue["collections"],
        url=_links_from(page.path, base),
        **page.shown,
    )
    lines = (line.rstrip() for line in text.splitlines())
    return ("\n".join(line for line in lines if line) + "\n").encode()


def _links_from(path: str, base: str | None) -> Callable[[str], str]:
    up = base or "../" * (path.count("/") - 1)

    def url(target: str) -> str:
        return (up + target[1:]) or "./"

    return url


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined
    )


def _picture(product: Record) -> bytes:
    drawing = Template((HERE / "bottles" / f"{product['shape']}.svg").read_text("utf-8"))
    return drawing.substitute(
        label=product["english"], liquid=product["liquid"], cap=product["cap"]
    ).encode()


def _products_json(catalogue: Catalogue) -> bytes:
    wanted = ("path", "name", "english", "category", "price", "image", "notes", "about")
    titles = {each["path"]: each["title"] for each in catalogue["categories"]}
    rows = [{key: each[key] for key in wanted} for each in catalogue["products"]]
    for row in rows:
        row["category"] = titles[row["category"]]
    return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()


def _price_list(catalogue: Catalogue) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["name", "english", "kind", "price_azn"])
    for each in catalogue["products"]:
        writer.writerow([each["name"], each["english"], each["kind"], each["price"]])
    # The mark at the start tells spreadsheets that the names are UTF-8.
    return text.getvalue().encode("utf-8-sig")


def main() -> None:
    """Write the site as the command line asks."""
    parser = argparse.ArgumentParser(prog="build", description="Write the shop's pages.")
    parser.add_argument("--base", default=BASE, help="path the not-found page is served below")
    parser.add_argument("--out", type=Path, required=True, help="a directory, which is replaced")
    given = parser.parse_args()
    build(given.out, given.base)


if __name__ == "__main__":
    main()
