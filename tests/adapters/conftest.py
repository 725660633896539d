"""Both databases that the store and the engine run on, for tests that must hold on either."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.adapters.engine_control import EngineProcess
from tests.adapters.postgres import Postgres

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL of this test process. It starts when a test first needs it."""
    server = Postgres()
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """`store.url` of an empty database of this test's own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'mibot.sqlite'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.create(f"test_{next(_numbers)}")


@pytest.fixture(scope="session")
def workers_template(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database that an engine has made its tables in, which takes longer than most tests."""
    name = "workers_template"
    engine = EngineProcess(postgres.create(name), tmp_path_factory.mktemp(name)).start()
    engine.ask("stop")
    engine.wait_for_exit()
    engine.close()
    return name


@pytest.fixture
def workers(postgres: Postgres, workers_template: str, tmp_path: Path) -> Iterator[Callable[[], EngineProcess]]:
    """Makes workers of one database, not started yet; they share a journal."""
    url = postgres.create(f"workers_{tmp_path.name}", workers_template)
    made: list[EngineProcess] = []

    def make() -> EngineProcess:
        made.append(EngineProcess(url, tmp_path))
        return made[-1]

    yield make
    for process in made:
        process.close()
