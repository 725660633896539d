"""Lists that lag behind writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.world.exchange import HttpResponse, Request
from tests.world.lag import Lag

LIST = Request("GET", "/repos/o/r/issues?state=all", {})


def issue(number: int, seconds_ago: float, title: str = "new", updated_ago: float | None = None) -> dict[str, Any]:
    now = datetime.now(UTC)
    created = now - timedelta(seconds=seconds_ago)
    updated = created if updated_ago is None else now - timedelta(seconds=updated_ago)
    times = {"created_at": created.isoformat(), "updated_at": updated.isoformat()}
    return {"id": number, "url": f"/issues/{number}", "title": title, **times}


def shown(lag: Lag, *items: dict[str, Any], request: Request = LIST) -> list[str]:
    answer = lag.apply(request, HttpResponse.json_response(200, list(items)))
    return [item["title"] for item in answer.json]


def test_what_is_younger_than_the_lag_is_not_listed() -> None:
    lag = Lag()
    lag.seconds = 8
    assert shown(lag, issue(1, 9, "old"), issue(2, 7)) == ["old"]


def test_what_was_changed_since_is_listed_as_it_was() -> None:
    lag = Lag()
    lag.note(LIST, HttpResponse.json_response(200, [issue(1, 60, "before"), issue(2, 60, "before")]))
    lag.seconds = 8
    assert shown(lag, issue(1, 60, "after", updated_ago=2)) == ["before"]
    assert shown(lag, issue(2, 60, "after", updated_ago=9)) == ["after"]


def test_wrapped_lists_lag_too() -> None:
    lag = Lag()
    lag.seconds = 8
    document = {"total_count": 1, "check_runs": [{"id": 1, "started_at": datetime.now(UTC).isoformat()}]}
    answer = lag.apply(
        Request("GET", "/repos/o/r/commits/abc/check-runs", {}), HttpResponse.json_response(200, document)
    )
    assert answer.json == {"total_count": 0, "check_runs": []}


def test_single_things_and_git_never_lag() -> None:
    lag = Lag()
    lag.seconds = 8
    single = HttpResponse.json_response(200, issue(1, 0))
    assert lag.apply(Request("GET", "/repos/o/r/issues/1", {}), single) == single
    assert shown(lag, issue(1, 0), request=Request("GET", "/repos/o/r/commits?sha=main", {})) == ["new"]
