"""Recorders: who is told what, and in which order."""

import pytest

import minitape as mt
from minitape.engine import Recorder, active, only


class Listener(Recorder):
    def __init__(self, name="", log=None):
        self.name = name
        self.log = [] if log is None else log

    def record(self, op, inputs, output, params):
        self.log.append((self.name + op.name, inputs, output, params))

    def record_read(self, variable):
        self.log.append((self.name + "read", variable))

    def record_assign(self, variable, value):
        self.log.append((self.name + "assign", variable, value))


def test_a_recorder_is_told_of_ops_reads_and_assignments():
    v = mt.Variable(2.0)
    with Listener() as listener:
        y = v * 3.0
        v.assign(y)
    told = [event[0] for event in listener.log]
    assert told == ["read", "read_variable", "multiply", "assign"]
    (_, read), (_, inputs, value, _), (_, factors, product, _), (_, assigned, new) = listener.log
    assert read is assigned is inputs[0] is v
    assert factors[0] is value
    assert product is new is y


def test_recorders_are_told_outermost_first():
    log = []
    with Listener("outer ", log), Listener("inner ", log):
        mt.exp(mt.constant(1.0))
    assert [event[0] for event in log] == ["outer exp", "inner exp"]


def test_an_op_with_several_outputs_is_told_once_with_all_of_them():
    divide = mt.engine.Primitive(lambda x, y: (x // y, x % y), registered=False)
    with Listener() as listener:
        quotient, remainder = divide(7.0, 2.0)
    ((_, _, output, _),) = listener.log
    assert output == (quotient, remainder)
    assert (float(quotient), float(remainder)) == (3, 1)


def test_only_the_given_recorders_listen():
    outer, inner = Listener(), Listener()
    with outer, inner:
        with only((outer,)):
            mt.exp(mt.constant(1.0))
        with pytest.raises(KeyError), only(()):
            raise KeyError
        assert active.recorders == (outer, inner)
    assert len(outer.log) == 1
    assert inner.log == []


def test_a_recorder_cannot_be_entered_twice():
    with Listener() as listener, pytest.raises(ValueError, match="Listener is still recording"):
        listener.__enter__()
    assert active.recorders == ()


def test_recorders_may_end_in_any_order():
    first, second = Listener(), Listener()
    first.__enter__()
    second.__enter__()
    first.__exit__()
    mt.exp(mt.constant(1.0))
    second.__exit__()
    assert (len(first.log), len(second.log)) == (0, 1)
    assert active.recorders == ()
