"""A limit outside of workers; inside of them it is tested with every executor."""

import signal

import pytest

from pipeline.executors.limits import TimeLimit


def test_nothing_is_limited_outside_of_workers():
    with TimeLimit(1000) as limit:
        limit.restart()
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_no_time_and_all_time_are_no_limits(seconds):
    with pytest.raises(ValueError, match="has to be above 0"):
        TimeLimit(seconds)
