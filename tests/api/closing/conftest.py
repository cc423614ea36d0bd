import shutil
from pathlib import Path

import pytest

from tests.api.closing.commands import sign
from tests.api.closing.october import october


@pytest.fixture(scope="session")
def signed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose October three people signed; nobody changes it."""
    home = tmp_path_factory.mktemp("october") / "home"
    with october(home):
        pass
    sign(home)
    return home


@pytest.fixture
def signed(signed_once: Path, tmp_path: Path) -> Path:
    """A home of one's own whose October three people signed."""
    return Path(shutil.copytree(signed_once, tmp_path / "home"))
