#!/usr/bin/env python3
"""Writes what apricot 0.6.1 selects from small matrices, as a recorded result that the C++ tests are compared with.

    benchmarks/peers/record_apricot.py [FILE]

Every matrix holds integers times 2^-12, so that it is the same in float, in double and in decimals. Every ranking is
checked here against a greedy maximisation that evaluates each objective from its definition, and instances whose greedy
choice is not clear by at least CLEAR are drawn again, so that a ranking depends on no rule for ties.
"""

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path

import apricot
import numpy
from versions import versions

FILE = Path(__file__).parents[2] / "tests/select/data/apricot_0.6.1.json"
UNIT = 2.0**-12
CLEAR = 1e-4
OPTIMIZERS = ("naive", "lazy", "two-stage")
Objective = Callable[[list[int]], float]

NOTES = [
    "A matrix is its integers times `unit`. Row i of a similarity says how well item i represents each item.",
    "A ranking lists items in the order of selection, counted from 0; gains[t] = F(first t + 1 items) - F(first t "
    "items).",
    "apricot's optimizers naive, lazy and two-stage all gave this ranking, and so did a greedy maximisation from the "
    f"definitions below. At every step the chosen gain was ahead of every other by at least {CLEAR}.",
    "No instance here reaches gains of zero: where two items whose gain has become zero are evaluated one after the "
    "other, apricot's lazy optimizer takes the second at once, even where another item still has a positive gain.",
    "facility_location (FacilityLocationSelection, metric='precomputed'): F(S) = sum over j of max(0, max over i in S "
    "of s(i, j)); the empty set has the value 0, so the baseline is 0. The matrix need not be symmetric; one is not.",
    "facility_location with similarity 1 + cos and baseline 0 is facility location with the cosine and baseline -1: "
    "the same gains.",
    "saturated_coverage (SaturatedCoverageSelection, metric='precomputed', alpha): F(S) = sum over j of min(sum over i "
    "in S of s(i, j), alpha * r(j)), where r(j) = sum over i of s(j, i) is the sum of row j over all items, itself "
    "included. apricot expects a symmetric matrix, for which that is also the column's sum, and these matrices are "
    "symmetric. Its default alpha is 0.1.",
    "feature_based (FeatureBasedSelection, concave_func): F(S) = sum over features d of g(sum over i in S of x(i, d)), "
    "'sqrt': g(v) = sqrt(v), 'log': g(v) = log(1 + v). All features weigh the same.",
]


def quantised(values: numpy.ndarray) -> numpy.ndarray:
    return numpy.rint(values / UNIT).astype(numpy.int64)


def shifted_cosine(generator: numpy.random.Generator, n: int) -> numpy.ndarray:
    items = generator.standard_normal((n, 6))
    items /= numpy.linalg.norm(items, axis=1, keepdims=True)
    return 1 + items @ items.T


def clustered(generator: numpy.random.Generator, n: int) -> numpy.ndarray:
    points = generator.uniform(0, 10, (5, 2))[generator.integers(5, size=n)] + generator.standard_normal((n, 2))
    distances = numpy.linalg.norm(points[:, None] - points[None], axis=2)
    return numpy.exp(-distances / 2)


def along_a_line(generator: numpy.random.Generator, n: int) -> numpy.ndarray:
    """Neighbours are alike, as slices are, each pair with its own disturbance."""
    places = numpy.arange(n)
    disturbance = generator.uniform(0, 0.2, (n, n))
    similarity = 1 / (1 + numpy.abs(places[:, None] - places[None]) / 3)
    return similarity + (disturbance + disturbance.T) / 2 * (1 - numpy.eye(n))


def sparse(generator: numpy.random.Generator, n: int) -> numpy.ndarray:
    """Three quarters of the pairs have nothing in common."""
    upper = numpy.triu(generator.uniform(0, 1, (n, n)) * (generator.uniform(0, 1, (n, n)) < 0.25), 1)
    return upper + upper.T + numpy.eye(n)


def unsymmetric(generator: numpy.random.Generator, n: int) -> numpy.ndarray:
    return generator.uniform(0, 1, (n, n)) * generator.uniform(0.9, 1.1, (n, 1)) + numpy.eye(n)


def exponential_features(generator: numpy.random.Generator, n: int) -> numpy.ndarray:
    return generator.exponential(1, (n, 12))


def sparse_features(generator: numpy.random.Generator, n: int) -> numpy.ndarray:
    return generator.uniform(0, 4, (n, 20)) * (generator.uniform(0, 1, (n, 20)) < 0.3)


SIMILARITIES = {"shifted_cosine_24": (shifted_cosine, 24), "shifted_cosine_40": (shifted_cosine, 40),
                "clustered_40": (clustered, 40), "along_a_line_32": (along_a_line, 32), "sparse_40": (sparse, 40),
                "unsymmetric_16": (unsymmetric, 16)}
FEATURES = {"exponential_40": (exponential_features, 40), "sparse_30": (sparse_features, 30)}


def facility_location(similarity: numpy.ndarray) -> Objective:
    return lambda items: float(similarity[items].max(axis=0).sum())


def saturated_coverage(similarity: numpy.ndarray, alpha: float) -> Objective:
    saturation = alpha * similarity.sum(axis=1)
    return lambda items: float(numpy.minimum(similarity[items].sum(axis=0), saturation).sum())


def feature_based(features: numpy.ndarray, concave: str) -> Objective:
    function = {"sqrt": numpy.sqrt, "log": numpy.log1p}[concave]
    return lambda items: float(function(features[items].sum(axis=0)).sum())


def greedy(objective: Objective, n: int, most: int) -> tuple[list[int], list[float]]:
    """The greedy ranking while its choices are clear, at most `most` items."""
    ranking: list[int] = []
    gains: list[float] = []
    while len(ranking) < most:
        value = objective(ranking) if ranking else 0.0
        offered = {item: objective([*ranking, item]) - value for item in range(n) if item not in ranking}
        best, second, *_ = sorted(offered, key=lambda item: -offered[item])
        if offered[best] - offered[second] < CLEAR:
            break
        ranking.append(best)
        gains.append(offered[best])
    return ranking, gains


def selector(run: dict, count: int, optimizer: str):
    common = {"n_samples": count, "optimizer": optimizer}
    match run["function"]:
        case "facility_location":
            return apricot.FacilityLocationSelection(metric="precomputed", **common)
        case "saturated_coverage":
            return apricot.SaturatedCoverageSelection(metric="precomputed", alpha=run["alpha"], **common)
        case _:
            return apricot.FeatureBasedSelection(concave_func=run["concave"], **common)


def recorded(run: dict, values: numpy.ndarray, ranking: list[int], gains: list[float]) -> dict:
    """What apricot selects, which must be the given ranking."""
    for optimizer in OPTIMIZERS:
        fitted = selector(run, len(ranking), optimizer).fit(values)
        assert fitted.ranking.tolist() == ranking, (run, optimizer, fitted.ranking, ranking)
        assert numpy.allclose(fitted.gains, gains, rtol=0, atol=1e-9), (run, optimizer, fitted.gains, gains)
    fitted = selector(run, len(ranking), "naive").fit(values)
    return run | {"ranking": fitted.ranking.tolist(), "gains": fitted.gains.tolist()}


def runs_on_similarity(name: str, similarity: numpy.ndarray) -> list[tuple[dict, Objective]]:
    runs = [({"function": "facility_location", "input": name}, facility_location(similarity))]
    if (similarity == similarity.T).all():
        runs += [({"function": "saturated_coverage", "input": name, "alpha": alpha},
                  saturated_coverage(similarity, alpha)) for alpha in (0.1, 0.25)]
    return runs


def runs_on_features(name: str, features: numpy.ndarray) -> list[tuple[dict, Objective]]:
    return [({"function": "feature_based", "input": name, "concave": concave}, feature_based(features, concave))
            for concave in ("sqrt", "log")]


def recorded_instance(name: str, draw: Callable, n: int, runs_on: Callable) -> tuple[list[list[int]], list[dict]]:
    """The first of an instance's drawings of which every run has a clear ranking of at least three items."""
    for attempt in range(1000):
        integers = quantised(draw(numpy.random.default_rng([n, attempt]), n))
        values = integers * UNIT
        clear = [(run, *greedy(objective, n, n // 2)) for run, objective in runs_on(name, values)]
        # Saturation ends a ranking early; the others have half of the items.
        if all(len(ranking) >= (3 if "alpha" in run else n // 2) for run, ranking, _ in clear):
            return integers.tolist(), [recorded(run, values, ranking, gains) for run, ranking, gains in clear]
    raise SystemExit(f"{name}: expected a drawing without ties, found none among 1000")


def record() -> dict:
    used = {name: found for name, found in versions().items() if name in ("python", "apricot", "numpy", "numba")}
    assert used["apricot"] == "0.6.1", used
    result: dict = {"versions": used, "notes": NOTES, "unit": UNIT, "similarities": {}, "features": {}, "runs": []}
    for kind, instances, runs_on in (("similarities", SIMILARITIES, runs_on_similarity),
                                     ("features", FEATURES, runs_on_features)):
        for name, (draw, n) in instances.items():
            result[kind][name], runs = recorded_instance(name, draw, n, runs_on)
            result["runs"] += runs
    return result


def text_of(result: dict) -> str:
    """One line for each matrix row, note and run."""
    def lines(values: list) -> str:
        return "[\n" + ",\n".join(json.dumps(value, separators=(",", ":")) for value in values) + "\n]"

    def matrices(values: dict) -> str:
        return "{\n" + ",\n".join(f"{json.dumps(name)}: {lines(rows)}" for name, rows in values.items()) + "\n}"

    written = {"versions": json.dumps(result["versions"]), "notes": lines(result["notes"]),
               "unit": json.dumps(result["unit"]), "similarities": matrices(result["similarities"]),
               "features": matrices(result["features"]), "runs": lines(result["runs"])}
    text = "{\n" + ",\n".join(f"{json.dumps(key)}: {value}" for key, value in written.items()) + "\n}\n"
    assert json.loads(text) == result
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=FILE)
    path = parser.parse_args().file
    text = text_of(record())
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.part")
    temporary.write_text(text)
    os.replace(temporary, path)
    print(f"{path}: {len(text)} bytes")
    for run in json.loads(text)["runs"]:
        kind = {key: value for key, value in run.items() if key not in ("ranking", "gains")}
        print(kind, len(run["ranking"]), "ranks")


if __name__ == "__main__":
    main()
