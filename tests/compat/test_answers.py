"""The answers of TensorFlow's that are recorded for machines without it are those it gives here."""

import numpy as np
import pytest

from compat import harness
from tests.arrays.cuda import answers, record_answers

ANSWERS = answers.load()


@pytest.mark.parametrize("name", list(ANSWERS.cases)[::5])
def test_tensorflow_still_says_so(name):
    case, expected = answers.BY_NAME[name], ANSWERS.cases[name]
    found = record_answers.recomputed(case, expected.example)
    harness.assert_same(case, found.values, expected.values, "value")
    harness.assert_same(case, found.cotangents, expected.cotangents, "cotangents")
    harness.assert_same(case, found.gradients, expected.gradients, "gradient")


@pytest.mark.parametrize("network", record_answers.NETWORKS)
def test_keras_still_has_these_losses(network):
    losses = record_answers.losses_of(network, "adam")
    np.testing.assert_allclose(losses, ANSWERS.losses[f"{network.__name__} adam"], rtol=1e-5)


@pytest.mark.parametrize("name", ANSWERS.left_out)
def test_what_is_left_out_can_not_be_written(name):
    with pytest.raises(TypeError, match="no numbers|JSON"):
        record_answers.recorded(answers.BY_NAME[name])
