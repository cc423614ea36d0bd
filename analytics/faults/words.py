"""Fault words: what devices report of themselves, by the bits that their profile names."""

import numpy as np

from analytics.faults.machine import Rows
from analytics.faults.rules import Rule
from analytics.faults.seen import Seen
from ingest.contract.catalog import FAULT_WORD


def fault_word(seen: Seen, rule: Rule) -> Rows:
    """A device reports a fault that no other rule judges."""
    told = seen.column(FAULT_WORD.name)
    word = np.nan_to_num(told).astype(np.int64)
    own = word & ~seen.number(rule, "ignored_bits").astype(np.int64)
    return seen.rows(
        ~np.isnan(told), raises=own != 0, clears=own == 0, evidence={FAULT_WORD.name: told}
    )
