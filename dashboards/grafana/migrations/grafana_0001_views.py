"""The views that Grafana's role reads: PostgreSQL's alone, for Grafana asks no file of SQLite's.

They are made of tables of every owner, so this branch is brought up when all others are.
"""

from pathlib import Path
from typing import Final

from alembic import op

revision: Final = "grafana_0001"
down_revision: Final = None
branch_labels: Final = ("grafana",)
depends_on: Final = None

_VIEWS: Final = Path(__file__).parent / "views"


def upgrade() -> None:
    """Make the views; those of deployed equipment come first, for others are made of them."""
    if op.get_bind().dialect.name == "postgresql":
        for name in ("deployed", "figures", "records", "alarms"):
            op.execute(_VIEWS.joinpath(f"{name}.sql").read_text(encoding="utf-8"))
