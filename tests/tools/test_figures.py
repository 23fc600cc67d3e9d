"""Statistics of the experiments, against numbers computed by hand."""
import os, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "helper"), os.path.join(HERE, "..", "..", "tools", "experiments"),
                os.path.join(HERE, "..", "..", "tools")]
import figures, genotypes
from screen import run_tests


def near(a, b):
    assert abs(a - b) < 1e-9, (a, b)


def equal_values_share_a_rank():
    assert figures.ranks([3, 1, 3, 2]) == [3.5, 1, 3.5, 2]


def rank_correlations():
    a, b = [1, 2, 3, 4, 5], [2, 1, 4, 3, 5]
    near(figures.spearman(a, b), 0.8)  # 1 - 6 * 4 / (5 * 24)
    near(figures.kendall(a, b), 0.6)  # 8 pairs are concordant, 2 aren't
    near(figures.kendall([1, 1, 2], [1, 2, 3]), 2 / 6 ** 0.5)  # one tie: 2 / sqrt(2 * 3)
    near(figures.spearman(a, [5, 4, 3, 2, 1]), -1)


def interval_of_a_mean():
    mean, half = figures.mean_and_half_width([1.0, 2.0, 3.0])
    near(mean, 2.0)
    near(half, 4.30 / 3 ** 0.5)  # t with 2 degrees of freedom, standard deviation 1


def draws_are_of_the_space_and_repeat():
    drawn = genotypes.chosen(40)
    assert drawn == genotypes.chosen(40) and len(set(drawn)) == 40 and drawn[0] == genotypes.PUBLISHED["arch0"]
    for text in drawn:
        cell, wires = eval(text)
        assert 0 <= cell[0] < 11 and len(cell) == 4 and len(wires) == 3
        for layer, choices in zip(cell[1:], (2, 5, 8)):
            assert max(layer[:2]) < choices and max(layer[2:]) < 11


if __name__ == "__main__":
    run_tests([equal_values_share_a_rank, rank_correlations, interval_of_a_mean, draws_are_of_the_space_and_repeat])
