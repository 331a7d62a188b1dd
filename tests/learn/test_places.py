"""Where the user's code stands."""

import minitape as mt
from minitape.engine import Recorder
from minitape.learn.places import user_place

# A recorder of minitape's own, as far as its frames tell.
SCOPE = {"__name__": "minitape.somewhere", "Recorder": Recorder, "user_place": user_place}
exec(
    """
class Places(Recorder):
    def __init__(self):
        self.found = []

    def record(self, op, inputs, output, params):
        self.found.append(user_place())
""",
    SCOPE,
)


def test_it_is_the_users_line_whatever_minitape_calls_in_between():
    dense = mt.keras.layers.Dense(2)
    dense.build((None, 3))
    with SCOPE["Places"]() as places:
        mt.square(2.0)
        dense(mt.ones((1, 3)))  # this line
    assert {place.file for place in places.found} == {__file__}
    first, *others = places.found
    assert first.code == "mt.square(2.0)"
    assert first.function == "test_it_is_the_users_line_whatever_minitape_calls_in_between"
    assert {place.line for place in others} == {first.line + 1}
    assert others[0].code.endswith("# this line")
    assert str(first) == f"{__file__}:{first.line}"
