"""Mapped: what functions make of the elements of a dataset."""

import os
from collections.abc import Callable
from itertools import islice
from operator import index as as_integer
from typing import Any, Self

from .. import nest
from ..errors import InvalidArgumentError
from . import passes
from .elements import (
    as_element,
    as_result,
    call,
    check_callable,
    leaves_of,
    spec_of,
    trial_elements,
)
from .ordered import Ordered
from .pipeline import AUTOTUNE, UNKNOWN_CARDINALITY, Pipeline, in_common


class Mapped(Ordered):
    """A dataset of what a function makes of another one's elements; or the result for all."""

    def map(
        self,
        map_func,
        num_parallel_calls=None,
        deterministic=None,
        synchronous=None,
        use_unbounded_threadpool=False,
        name=None,
    ) -> Self:
        """What `map_func` makes of each element; the parts of a tuple are its arguments."""
        check_callable("func", map_func)

        def result(element):
            return as_result(call(map_func, element))

        def start():
            return map(result, self._elements())

        def spec():
            return in_common([spec_of(one) for one in self._tried(result)])

        return self._new(start, spec, self._cardinality)

    def flat_map(self, map_func, name=None) -> Self:
        """The elements of the datasets that `map_func` makes of each element, one after another."""
        return self.interleave(map_func, cycle_length=1)

    def interleave(
        self,
        map_func,
        cycle_length=None,
        block_length=None,
        num_parallel_calls=None,
        deterministic=None,
        name=None,
    ) -> Self:
        """The elements of the datasets that `map_func` makes, taken from several in turn.

        Args:
            map_func: makes a dataset of an element.
            cycle_length: how many datasets are read at a time: as many as there are processors
                unless given, as in TensorFlow.
            block_length: how many elements in a row are taken from one, 1 unless given.
            num_parallel_calls: accepted for TensorFlow's scripts.
            deterministic: the order is always the same.
            name: not used.
        """
        check_callable("func", map_func)
        cycle = AUTOTUNE if cycle_length is None else as_integer(cycle_length)
        block = 1 if block_length is None else as_integer(block_length)
        if cycle == AUTOTUNE:
            cycle = os.cpu_count() or 1
        if cycle < 1 or block < 1:
            raise InvalidArgumentError(
                "interleave: cycle_length and block_length must be greater than zero. Received: "
                f"{cycle} and {block}."
            )

        def made(element):
            dataset = call(map_func, element)
            if not isinstance(dataset, Pipeline):
                raise TypeError(
                    "`map_func` must return a `Dataset` object. Received: "
                    f"a {type(dataset).__name__}."
                )
            return dataset

        def start():
            starts = (made(element)._elements for element in self._elements())
            return passes.interleaved(starts, cycle, block)

        def spec():
            return in_common([dataset.element_spec for dataset in self._tried(made)])

        return self._new(start, spec, UNKNOWN_CARDINALITY)

    def scan(self, initial_state, scan_func, name=None) -> Self:
        """What `scan_func` makes of a state and each element, while it passes the state on.

        Args:
            initial_state: the state at the start of each pass.
            scan_func: takes `(state, element)` and returns `(new state, output)`.
            name: not used.
        """
        check_callable("func", scan_func)
        initial = as_element(initial_state)

        def step(state, element):
            pair = scan_func(state, element)
            if not isinstance(pair, (tuple, list)) or len(pair) != 2:
                raise TypeError(
                    "Invalid `scan_func`. `scan_func` should return a pair consisting of new state "
                    f"and the output value. Received: {pair!r}."
                )
            return as_result(pair[0]), as_result(pair[1])

        def start():
            state = initial
            for element in self._elements():
                state, output = step(state, element)
                yield output

        def spec():
            tried = self._tried(lambda element: step(initial, element)[1])
            return in_common([spec_of(output) for output in tried])

        return self._new(start, spec, self._cardinality)

    def _tried(self, function: Callable) -> list:
        """What a function makes of two elements of this dataset's spec, for a spec of its own."""
        try:
            return [function(element) for element in trial_elements(self.element_spec)]
        except Exception:  # made-up values needn't suit it; if real ones don't, that is the error
            elements = list(islice(self._elements(), 2))
            if not elements:
                raise
            return [function(element) for element in elements]

    def reduce(self, initial_state, reduce_func, name=None) -> Any:
        """The last state that `reduce_func(state, element)` gives.

        Args:
            initial_state: the state before the first element.
            reduce_func: takes the state and an element, and returns a state of the same kind.
            name: not used.
        """
        check_callable("func", reduce_func)
        state = as_element(initial_state)
        for element in self._elements():
            result = as_result(reduce_func(state, element))
            try:
                nest.assert_same_structure(state, result)
            except (ValueError, TypeError) as error:
                raise InvalidArgumentError(
                    "reduce: the initial state and what reduce_func returns must have one "
                    f"structure. Expected: {spec_of(state)!r}. Received: {spec_of(result)!r}."
                ) from error
            dtypes = [[leaf.dtype for leaf in leaves_of(one)] for one in (state, result)]
            if dtypes[0] != dtypes[1]:
                raise TypeError(
                    f"reduce: expected a state of {spec_of(state)!r} from reduce_func. Received: "
                    f"{spec_of(result)!r}. Give the initial state the same dtype."
                )
            state = result
        return state

    def get_single_element(self, name=None) -> Any:
        """The element of a dataset that has just one."""
        elements = list(islice(self._elements(), 2))
        if len(elements) != 1:
            found = "was empty" if not elements else "had more than one element"
            raise InvalidArgumentError(f"Dataset {found}: expected just one element.")
        return elements[0]

    def apply(self, transformation_func) -> Any:
        """What a function makes of this dataset."""
        dataset = transformation_func(self)
        if not isinstance(dataset, Pipeline):
            raise TypeError(
                "`transformation_func` must return a `tf.data.Dataset` object. Got "
                f"{type(dataset)}."
            )
        return dataset
