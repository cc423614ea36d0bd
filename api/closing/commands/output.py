"""A file that a command writes: new, whole or not at all, and never among the home's own."""

from collections.abc import Generator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from ingest.commands.opening import BadInputError
from ingest.home import Home


@contextmanager
def new_file(path: Path, home: Home | None) -> Generator[BytesIO]:
    """Give what is to be written; it is on the disk when the block ends without an error.

    Raises BadInputError where there is something by that name, or the place is in the home.
    """
    if path.is_symlink() or path.exists():
        raise BadInputError(f"{path}: is there already; a new file is expected")
    if not path.parent.is_dir():
        raise BadInputError(f"{path}: its folder is not there")
    if home is not None and path.resolve().is_relative_to(home.path.resolve()):
        raise BadInputError(f"{path}: lies in the home, whose files are its own")
    content = BytesIO()
    yield content
    if content.tell():
        with path.open("xb") as file:
            file.write(content.getvalue())
