"""Genotypes to measure on: the published decoders, and uniform draws from the space."""
import random

PUBLISHED = {"arch0": "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]",
             "arch1": "[[2,[1,0,3,6],[0,1,2,8],[2,0,6,1]],[[2,3],[3,1],[4,4]]]",
             "arch2": "[[5,[0,0,4,1],[3,2,0,1],[5,6,5,0]],[[1,3],[4,3],[2,2]]]"}


def draw(rng):
    """First op, three layers of two positions and two ops, three blocks of two inputs."""
    cell = [rng.randrange(11)]
    cell += [[rng.randrange(n), rng.randrange(n), rng.randrange(11), rng.randrange(11)] for n in (2, 5, 8)]
    return [cell, [[rng.randrange(n), rng.randrange(n)] for n in (4, 5, 6)]]


def text(genotype):
    return str(genotype).replace(" ", "")


def chosen(count, seed=1):
    """The published three, then draws: `count` in all, as texts."""
    rng = random.Random(seed)
    return (list(PUBLISHED.values()) + [text(draw(rng)) for _ in range(count)])[:count]
