"""Greedy facility location in plain numpy: the ranking that the peers' rankings are compared with."""

import heapq

import numpy


def gain(row: numpy.ndarray, represented: numpy.ndarray) -> float:
    """numpy adds in an order that depends on the length alone, so a gain never grows as items are added."""
    return float(numpy.maximum(row - represented, 0).sum())


def naive_greedy(similarity: numpy.ndarray, budget: int) -> list[int]:
    """Evaluates every item at every step; of equal gains the lowest index wins."""
    represented = numpy.zeros(len(similarity))
    ranking: list[int] = []
    for _ in range(budget):
        gains = [-1.0 if item in ranking else gain(row, represented) for item, row in enumerate(similarity)]
        ranking.append(int(numpy.argmax(gains)))
        represented = numpy.maximum(represented, similarity[ranking[-1]])
    return ranking


def lazy_greedy(similarity: numpy.ndarray, budget: int) -> list[int]:
    """The same ranking: an item's last gain is an upper bound, so the top of the heap wins where it is up to date."""
    represented = numpy.zeros(len(similarity))
    heap = [(-gain(row, represented), item, 0) for item, row in enumerate(similarity)]
    heapq.heapify(heap)
    ranking: list[int] = []
    while len(ranking) < budget:
        _, item, evaluated_at = heapq.heappop(heap)
        if evaluated_at == len(ranking):
            ranking.append(item)
            represented = numpy.maximum(represented, similarity[item])
        else:
            heapq.heappush(heap, (-gain(similarity[item], represented), item, len(ranking)))
    return ranking


def coverage(similarity: numpy.ndarray, ranking: list[int]) -> float:
    represented = numpy.zeros(len(similarity))
    for item in ranking:
        numpy.maximum(represented, similarity[item], out=represented)
    return float(represented.sum())
