"""Device-days tell what was estimated, imported and driven; ministries' own factors."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "analytics_0003"
down_revision: Final = "analytics_0002"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Add the columns and the table."""
    for name in ("estimated_mwh", "imported_mwh", "distance_m"):
        op.add_column("device_day", sa.Column(name, sa.BigInteger, nullable=True))
    op.create_table(
        "entered_factor",
        sa.Column("change", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("country", sa.String(20), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("gas", sa.String(10), nullable=False),
        sa.Column("value", sa.String(40), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("licence", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("u95_percent", sa.String(40), nullable=True),
        sa.Column("entered_by", sa.String(200), nullable=False),
    )
