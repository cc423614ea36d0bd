"""Whether this process lives, and whether it can answer."""

from http import HTTPStatus

import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from api.problems import Problem
from api.sources import Whole
from ingest.contract.metric import DeviceClass
from ingest.storage.port import StoreError
from ingest.tables import LEDGER_COUNT

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """That all is well, and which version says so."""

    status: str
    software: str


@router.get("/health/live")
def live(sources: Whole) -> Health:
    """Answer, which is the point."""
    return Health(status="live", software=sources.software)


@router.get("/health/ready")
def ready(sources: Whole) -> Health:
    """Return 200 where catalog and store answer, else 503."""
    try:
        with sources.catalog.connect() as connection:
            connection.execute(sa.select(sa.func.count()).select_from(LEDGER_COUNT))
        sources.store.latest(DeviceClass.GATEWAY, [])
    except SQLAlchemyError as error:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "the catalog does not answer") from error
    except StoreError as error:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, f"the store: {error}") from error
    return Health(status="ready", software=sources.software)
