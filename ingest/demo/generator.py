"""One call from a seed to the demo province: native tables in one folder, the planted truth in another."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import NamedTuple

from graph.errors import UsageError
from graph.text import Text
from ingest.demo.calendar import FIRST_DAY
from ingest.demo.catalogue import read_catalogue
from ingest.demo.complaints import World, draft_complaints, planted_total
from ingest.demo.duties import assign_duties
from ingest.demo.failures import Scene, Spread, plant
from ingest.demo.measurements import MeasurementBook
from ingest.demo.organisation import build_organisation
from ingest.demo.registry import TRUTH_COLUMNS, register
from ingest.demo.reviews import ReviewBook
from ingest.demo.subjects import build_campaigns, build_products
from ingest.demo.tables import Tables, write_rows


class DemoFiles(NamedTuple):
    """What was written: the folder of tables, the truth file, every table, and the rows by table."""

    tables: Path
    truth: Path
    files: tuple[Path, ...]
    counts: dict[str, int]


def generate(directory: Path, seed: int) -> DemoFiles:
    """Write the demo province of a seed: ``directory/tables/*.csv`` and ``directory/truth/truth.csv``.

    The same seed gives the same bytes. The truth (complaint, cause ∈ control_point · none · unmodelled, control point,
    subject, owner then) stands outside the folder that is ingested; nothing but the demo's report reads it.

    Raises:
        UsageError: the directory cannot be written.
    """
    tables = Tables()
    truth = _fill(tables, seed)
    try:
        for name in ("tables", "truth"):
            (directory / name).mkdir(parents=True, exist_ok=True)
        files = tables.write(directory / "tables")
        write_rows(directory / "truth" / "truth.csv", TRUTH_COLUMNS, truth)
    except OSError as error:
        raise UsageError(
            Text(
                f"无法写入演示数据目录：{error.strerror}", f"the demo's directory cannot be written: {error.strerror}"
            ),
            Text("请换一个可写的目录", "Choose a directory you may write to"),
        ) from error
    return DemoFiles(directory / "tables", directory / "truth" / "truth.csv", files, tables.counts())


def _fill(tables: Tables, seed: int) -> list[dict[str, str]]:
    """Build the whole year; each part draws from a stream of its own, so that one part's change leaves the others alone."""

    def stream(part: str) -> Random:
        return Random(f"{seed}/{part}")  # noqa: S311 - an invented world needs no secrecy

    catalogue = read_catalogue()
    organisation = build_organisation(stream("organisation"), tables)
    products = build_products(stream("products"), tables)
    campaigns = build_campaigns(stream("campaigns"), tables, organisation, products)
    duties = assign_duties(stream("duties"), tables, organisation, products, campaigns)
    scene = Scene(catalogue, organisation, products, campaigns)
    failures = plant(stream("failures"), scene, planted_total())
    reviews = ReviewBook(stream("reviews"), tables, catalogue, organisation, failures)
    reviews.products(products)
    reviews.campaigns(campaigns)
    reviews.handling(organisation.handling_units(FIRST_DAY))
    measurements = MeasurementBook(stream("measurements"), tables, catalogue, failures)
    measurements.subjects(products, campaigns)
    measurements.units(organisation)
    world = World(scene, failures, Spread(stream("spread"), catalogue))
    drafts = draft_complaints(stream("complaints"), world)
    return register(stream("registry"), tables, scene, duties, drafts)
