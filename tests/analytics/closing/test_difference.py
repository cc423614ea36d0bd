"""What differs between two documents, and the bytes they are hashed by."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from analytics.closing.canonical import canonical, content_of, fingerprint
from analytics.closing.difference import differences
from analytics.quoting import Document

_json = st.recursive(
    st.none() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_json)
def test_nothing_differs_from_itself(value: object) -> None:
    assert list(differences(value, value)) == []


def _without_nothing(value: object) -> object:
    """Leave out of mappings what is null: a difference says None for what is not there."""
    if isinstance(value, dict):
        return {key: _without_nothing(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nothing(one) for one in value]
    return value


@given(_json, _json)
def test_what_is_not_equal_differs_somewhere(some: object, other: object) -> None:
    if canonical(_without_nothing(some)) != canonical(_without_nothing(other)):
        assert list(differences(some, other))


def test_figures_are_told_apart_by_what_they_are_called() -> None:
    before = {"figures": [{"id": "a", "value": "1.0"}, {"id": "b", "value": "2.0"}]}
    after = {"figures": [{"id": "b", "value": "2.5"}, {"id": "a", "value": "1.0"}]}

    found = [(each.path, each.before, each.after) for each in differences(before, after)]

    assert found == [("figures.b.value", "2.0", "2.5")]


def test_canonical_bytes_do_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": ["é", None], "a": 1}) == '{"a":1,"b":["é",null]}'.encode()
    assert fingerprint({"a": 1}) == sha256(b'{"a":1}').hexdigest()


def test_content_leaves_out_what_happens_to_a_revision_afterwards() -> None:
    document: Document = {"revision": 1, "status": "closed", "revisions": [1], "figures": [2]}

    assert content_of(document) == {"figures": [2]}
