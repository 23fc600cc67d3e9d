"""Statistics of small samples."""
import math
import statistics

# two-sided 95 % points of Student's t for 1 .. 30 degrees of freedom
T95 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.10, 2.09,
       2.09, 2.08, 2.07, 2.07, 2.06, 2.06, 2.06, 2.05, 2.05, 2.05, 2.04)


def mean_and_half_width(values):
    """Mean and half of its 95 % interval; the second is NaN for a single value."""
    if len(values) < 2:
        return values[0], math.nan
    t = T95[len(values) - 2] if len(values) - 2 < len(T95) else 1.96
    return statistics.fmean(values), t * statistics.stdev(values) / math.sqrt(len(values))


def ranks(values):
    """Ranks from 1, equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    out, i = [0.0] * len(values), 0
    while i < len(order):
        k = i
        while k + 1 < len(order) and values[order[k + 1]] == values[order[i]]:
            k += 1
        for at in order[i:k + 1]:
            out[at] = (i + k) / 2 + 1
        i = k + 1
    return out


def pearson(a, b):
    ma, mb = statistics.fmean(a), statistics.fmean(b)
    top = sum((x - ma) * (y - mb) for x, y in zip(a, b))
    bottom = math.sqrt(sum((x - ma) ** 2 for x in a) * sum((y - mb) ** 2 for y in b))
    return top / bottom if bottom else math.nan


def spearman(a, b):
    return pearson(ranks(a), ranks(b))


def kendall(a, b):
    """Tau-b."""
    agree = ties_a = ties_b = 0
    n = len(a)
    for i in range(n):
        for k in range(i):
            x, y = (a[i] > a[k]) - (a[i] < a[k]), (b[i] > b[k]) - (b[i] < b[k])
            agree += x * y
            ties_a += x == 0
            ties_b += y == 0
    pairs = n * (n - 1) // 2
    bottom = math.sqrt((pairs - ties_a) * (pairs - ties_b))
    return agree / bottom if bottom else math.nan


def number(value, digits=4):
    return "-" if value is None or math.isnan(value) else ("%.*f" % (digits, value)).replace("0.", ".", 1)
