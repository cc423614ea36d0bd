import json
import logging

from ingest.contract.logs import ForPeople, ForPrograms


def an_event(**about: object) -> logging.LogRecord:
    record = logging.LogRecord("ingest", logging.WARNING, "", 1, "quarantined: %s", ("why",), None)
    record.created, record.msecs = 0.25, 250.0
    record.__dict__.update(about)
    return record


def test_a_program_reads_one_document_a_line() -> None:
    line = ForPrograms().format(an_event(gateway="kh-gw-1", boot="boot-1", range="1-3"))

    assert json.loads(line) == {
        "at": "1970-01-01T00:00:00.250Z",
        "level": "WARNING",
        "logger": "ingest",
        "message": "quarantined: why",
        "gateway": "kh-gw-1",
        "boot": "boot-1",
        "range": "1-3",
    }
    assert "\n" not in line


def test_people_read_what_it_is_about_in_brackets() -> None:
    about = ForPeople().format(an_event(gateway="kh-gw-1", boot=None))
    alone = ForPeople().format(an_event())

    assert about == ("1970-01-01T00:00:00.250Z WARNING ingest: quarantined: why (gateway kh-gw-1)")
    assert alone.endswith("quarantined: why")
