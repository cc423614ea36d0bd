"""Device-days tell what was estimated, imported and driven."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "analytics_0003"
down_revision: Final = "analytics_0002"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Add the columns."""
    for name in ("estimated_mwh", "imported_mwh", "distance_m"):
        op.add_column("device_day", sa.Column(name, sa.BigInteger, nullable=True))
