"""The invented organisation: one province with its departments and cities below the headquarters the plan names, 120 owners.

On the day of the reorganisation the smallest city is merged into its neighbour and the channel department into the market
department; owners move with their unit. Names are pseudonyms: a surname, two stars and a post.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random

from graph.records import Ref
from ingest.demo.calendar import FIRST_DAY, REORGANISATION
from ingest.demo.catalogue import own_rows
from ingest.demo.tables import Tables

PROVINCE = "QC"
HOTLINE = "HL"
MERGED_CITY, ITS_HEIR = "QC-C11", "QC-C10"
MERGED_DEPARTMENT, ITS_NEW_HOME = "QC-CHN", "QC-MKT"
LEAVING = date(2025, 10, 1)
"""The day on which a few owners leave without handing over."""
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
_ROLE_PARTY = "role"


@dataclass(frozen=True)
class Owner:
    """A pseudonymous person or a desk, with the post it fills and its unit at the start of the year."""

    id: str
    unit: str
    title: str
    party: str


@dataclass
class Organisation:
    """Units and owners, and who fills which post."""

    cities: list[str]
    teams: dict[str, str]
    """City → its customer service team."""
    names: dict[str, str]
    companies: set[str]
    """The specialised companies."""
    owners: list[Owner] = field(default_factory=list)
    leavers: list[str] = field(default_factory=list)
    """Owners who leave on ``LEAVING``."""

    def post(self, unit: str, title: str) -> list[str]:
        """Owners who fill a post of a unit."""
        return [owner.id for owner in self.owners if owner.unit == unit and owner.title == title]

    def of_unit(self, unit: str) -> list[str]:
        """Owners of a unit, the head first."""
        return [owner.id for owner in self.owners if owner.unit == unit]

    def handling_units(self, day: date) -> list[str]:
        """The units that receive and handle complaints on a day."""
        return [HOTLINE, "QC-SL2", "QC-INT", "QC-CS", *(self.teams[city] for city in self.cities_on(day))]

    def cities_on(self, day: date) -> list[str]:
        """The cities that exist on a day."""
        return [city for city in self.cities if city != MERGED_CITY or day < REORGANISATION]


def build_organisation(rng: Random, tables: Tables) -> Organisation:
    """Units, their hierarchy with its periods, 120 owners with their memberships: into the tables and as a value."""
    units = own_rows("units")
    cities = [row["id"] for row in units if row["tier"] == "city"]
    teams = {city: f"{city}-S" for city in cities}
    names = {row["id"]: row["name"] for row in units}
    for city, team in teams.items():
        name, name_en = names[city].replace("分公司", "客户服务班"), "Customer service team"
        units.append({"id": team, "name": name, "name_en": name_en, "line": "客服", "part_of": city})
        names[team] = name
    companies = {row["id"] for row in units if row.get("tier") == "specialised"}
    for row in units:
        _write_unit(tables, row)
    found = Organisation(cities, teams, names, companies, _owners(rng, cities))
    staff = [
        owner.id for owner in found.owners if owner.party != _ROLE_PARTY and owner.title.endswith(("主管", "经理"))
    ]
    found.leavers = sorted(rng.sample([o for o in staff if o not in found.post(MERGED_CITY, "服务主管")], 4))
    for owner in found.owners:
        _write_owner(rng, tables, found, owner)
    return found


def _write_unit(tables: Tables, row: Mapping[str, str]) -> None:
    """Write one unit with what it is part of; of a unit the catalogue ships, only the place in the hierarchy."""
    id_, unit, above = row["id"], Ref("OrgUnit", row["id"]), row["part_of"]
    if not row.get("shipped"):
        shown = {name: row.get(name) for name in ("name", "name_en", "tier", "line", "build_class")}
        tables.node("OrgUnit", id_, valid_to=REORGANISATION if id_ == MERGED_CITY else None, **shown)
    if not above:
        return
    moved = {MERGED_CITY: "", f"{MERGED_CITY}-S": ITS_HEIR, MERGED_DEPARTMENT: ITS_NEW_HOME}
    until = REORGANISATION if id_ in moved else None
    tables.edge("PART_OF", unit, Ref("OrgUnit", above), valid_from=FIRST_DAY, valid_to=until)
    if moved.get(id_):
        tables.edge("PART_OF", unit, Ref("OrgUnit", moved[id_]), valid_from=REORGANISATION)


def _owners(rng: Random, cities: list[str]) -> list[Owner]:
    posts = own_rows("posts")
    filled = [(row["unit"], row) for row in posts if row["unit"] != "@city"]
    filled += [(city, row) for city in cities for row in posts if row["unit"] == "@city"]
    order = [(unit, row["title"], row["party"]) for unit, row in filled for _ in range(int(row["count"]))]
    numbers = rng.sample(range(1000, 9999), len(order))
    return [
        Owner(f"R{number}", unit, title, party) for number, (unit, title, party) in zip(numbers, order, strict=True)
    ]


def _write_owner(rng: Random, tables: Tables, organisation: Organisation, owner: Owner) -> None:
    person = owner.party != _ROLE_PARTY
    name = f"{rng.choice(_SURNAMES)}**·{owner.title}" if person else f"{organisation.names[owner.unit]}·{owner.title}"
    leaves = LEAVING if owner.id in organisation.leavers else None
    ref = tables.node("Owner", owner.id, name=name, party=owner.party, title=owner.title, valid_to=leaves)
    heirs = {MERGED_CITY: ITS_HEIR, MERGED_DEPARTMENT: ITS_NEW_HOME}
    heir = heirs.get(owner.unit)
    tables.edge(
        "BELONGS_TO", ref, Ref("OrgUnit", owner.unit), valid_from=FIRST_DAY, valid_to=REORGANISATION if heir else leaves
    )  # fmt: skip
    if heir:
        tables.edge("BELONGS_TO", ref, Ref("OrgUnit", heir), valid_from=REORGANISATION, valid_to=leaves)
