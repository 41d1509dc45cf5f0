"""Whether two kinds of request can be told apart by their time."""


def auc(first, second):
    """The chance that a sample of `second` is larger than one of `first`; 0.5 means that they are alike."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    rank_sum, index = 0.0, 0
    while index < len(ranked):
        end = index
        while end < len(ranked) and ranked[end][0] == ranked[index][0]:
            end += 1
        mean = (index + end + 1) / 2
        rank_sum += mean * sum(1 for _, kind in ranked[index:end] if kind == 1)
        index = end
    n, m = len(first), len(second)
    return (rank_sum - m * (m + 1) / 2) / (n * m)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
