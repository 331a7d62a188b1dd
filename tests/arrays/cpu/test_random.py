import numpy as np
import pytest

from minitape.arrays import philox

COUNTERS = [0, 5, 2**64 - 4000, 2**128 - 4000, 0xFFFFFFFF00000000, 123 << 64 | 2**32 - 7]


@pytest.mark.parametrize("key", [0, 1, 2**64 - 1, 0x0123456789ABCDEF])
@pytest.mark.parametrize("counter", COUNTERS)
@pytest.mark.parametrize("count", [1, 3, 1001, 5000])
def test_the_words_are_the_same(key, counter, count):
    offsets = np.arange(count, dtype="uint64")
    expected = philox.philox_blocks.__wrapped__(key, counter, offsets)
    found = philox.philox_blocks(key, counter, offsets)
    np.testing.assert_array_equal(found, expected, strict=True)
    assert found.flags.c_contiguous
    if count == 5000:
        answer = philox.philox_blocks.kernel(key, counter, offsets)
        np.testing.assert_array_equal(answer, expected, strict=True)
        assert tuple(answer[4321].tolist()) == philox.philox_block(key, (counter + 4321) % 2**128)


def test_any_offsets_will_do():
    offsets = np.random.default_rng(0).integers(0, 2**64, 12_000, "uint64")[::2]
    expected = philox.philox_blocks.__wrapped__(7, 2**64 - 5, offsets)
    np.testing.assert_array_equal(philox.philox_blocks(7, 2**64 - 5, offsets), expected)
    assert len(philox.philox_blocks(7, 0, offsets[:0])) == 0


@pytest.mark.parametrize("counter", COUNTERS)
@pytest.mark.parametrize("shape", [(), (1,), (3, 7), (8,), (32, 512), (0, 4)])
def test_the_fractions_are_the_same(counter, shape):
    given = 0x0123456789ABCDEF, counter, shape, "float32"
    expected = philox.random_uniform.__wrapped__(*given)
    np.testing.assert_array_equal(philox.random_uniform(*given), expected, strict=True)
    if shape == (32, 512):
        answer = philox.random_uniform.kernel(*given)
        np.testing.assert_array_equal(answer, expected, strict=True)
        assert answer.flags.c_contiguous
        assert philox.random_uniform.kernel(*given[:3], "float64") is NotImplemented
