"""A kernel is launched several times in a row: the wait for the card is shared among them."""

from ..workload import LAUNCHES


def repeated(launch, finished):
    """A function that launches LAUNCHES times, waits, and returns the last result.

    Args:
        launch: What launches once and returns what will be the result.
        finished: What waits for a result and returns it.
    """

    def run():
        for _ in range(LAUNCHES):
            result = launch()
        return finished(result)

    return run
