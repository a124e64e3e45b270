"""What a store could answer that is no allocation."""

from hypothesis import strategies as st

from bingx_spot.shared_limits.store import Allocation

_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
_unexpected_numbers = st.sampled_from(
    [None, True, "1", [], {}, float("nan"), float("inf"), -float("inf"), -2, 1e300, 10**400]
)
_numbers = ("wait", "members", "locked_for", "held_for", "shares_for", "in_flight", "requests", "window")
#: Functions that make something unexpected of an answer.
unexpected = st.one_of(
    _anything.map(lambda answer: lambda _: answer),
    st.sampled_from(sorted(Allocation.__annotations__)).map(
        lambda name: lambda answer: {each: answer[each] for each in answer if each != name}
    ),
    st.tuples(st.sampled_from(_numbers), _unexpected_numbers).map(
        lambda change: lambda answer: {**answer, change[0]: change[1]}
    ),
    st.sampled_from(
        [
            {"granted": None},
            {"granted": "p0:0"},
            {"granted": {"p0:0": 1}},
            {"granted": [5]},
            {"granted": [["p0:0"]]},
            {"granted": ["of another"]},
            {"errors": []},
            {"errors": {"100404:x": "1"}},
            {"errors": {"100404:x": -1}},
            {"errors": {1: 1}},
            {"members": 1.5},
            {"requests": 0},
            {"window": 0},
        ]
    ).map(lambda change: lambda answer: {**answer, **change}),
)
