"""Which role each address needs, as one table: a route that is not in it is a defect, which a test finds."""

from __future__ import annotations

from typing import Literal

Role = Literal["anyone", "viewer", "analyst", "manager", "admin"]
"""Each may do what the one before it may: look · give verdicts · decide about findings · load data."""

ROLES: dict[tuple[str, str], Role] = {
    ("GET", "/api/v1/breakpoints"): "viewer",
    ("GET", "/api/v1/breakpoints.csv"): "viewer",
    ("GET", "/api/v1/breakpoints.xlsx"): "viewer",
    ("GET", "/api/v1/breakpoints/{key}"): "viewer",
    ("PATCH", "/api/v1/breakpoints/{key}"): "manager",
    ("GET", "/api/v1/complaints"): "viewer",
    ("GET", "/api/v1/complaints/{id}/trace"): "viewer",
    ("POST", "/api/v1/complaints/{id}/verdict"): "analyst",
    ("GET", "/api/v1/docs"): "anyone",
    ("GET", "/api/v1/framework/{kind}"): "viewer",
    ("GET", "/api/v1/framework/{kind}/{id}"): "viewer",
    ("POST", "/api/v1/gates/{id}/check"): "viewer",
    ("GET", "/api/v1/health"): "anyone",
    ("POST", "/api/v1/imports"): "admin",
    ("GET", "/api/v1/imports/{id}"): "admin",
    ("GET", "/api/v1/imports/{id}/rejects"): "admin",
    ("GET", "/api/v1/indicators/{id}/chain"): "viewer",
    ("GET", "/api/v1/maps"): "viewer",
    ("GET", "/api/v1/matrices"): "viewer",
    ("GET", "/api/v1/matrices/{name}"): "viewer",
    ("GET", "/api/v1/metrics"): "viewer",
    ("GET", "/api/v1/ready"): "anyone",
    ("POST", "/api/v1/trace"): "viewer",
    ("GET", "/api/v1/who/{kind}/{id}"): "viewer",
}
"""Method and address as the description of the API writes it → the least role."""
