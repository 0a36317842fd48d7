"""Student's t, the binomial and the beta distribution: probabilities and quantiles, for intervals and tests."""

from collections.abc import Callable
from functools import lru_cache
from math import exp, inf, lgamma, log, log1p, sqrt

_TINY = 1e-300
_CLOSE = 1e-15
_MOST_TERMS = 10_000


def beta_cdf(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22, Lentz's method)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on the other side only
        return 1.0 - beta_cdf(1.0 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    value, c, d = 1.0, 1.0, 0.0
    for m in range(_MOST_TERMS):
        for term in _terms(m, x, a, b):
            d = 1.0 / _not_zero(1.0 + term * d)
            c = _not_zero(1.0 + term / c)
            value *= c * d
        if abs(c * d - 1.0) < _CLOSE and m:
            break
    return front / value if value else 0.0


def _terms(m: int, x: float, a: float, b: float) -> tuple[float, float]:
    """Coefficients 2m + 1 and 2m + 2 of the continued fraction."""
    odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    k = m + 1
    return odd, k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def t_two_sided(t: float, df: float) -> float:
    """P(|T| ≥ |t|) of Student's t with `df` degrees of freedom."""
    if t in (inf, -inf):
        return 0.0
    if t * t < df:  # df ÷ (df + t²) would lose the digits of a small t
        return 1.0 - beta_cdf(t * t / (df + t * t), 0.5, df / 2)
    return beta_cdf(df / (df + t * t), df / 2, 0.5)


@lru_cache(maxsize=4096)
def t_critical(level: float, df: float) -> float:
    """The value that |T| exceeds with probability 1 − level: two-sided, `df` > 0, 0 < level < 1."""
    if not 0 < level < 1 or df <= 0:
        raise ValueError("a level between 0 and 1 and at least one degree of freedom")
    outside = 1 - level
    x = _solve(lambda x: beta_cdf(x, df / 2, 0.5) - outside)
    return sqrt(df * (1 - x) / x)


def proportion_interval(successes: int, n: int, level: float) -> tuple[float, float]:
    """The exact interval of Clopper and Pearson (1934) for the chance of a success, from n independent trials."""
    tail = (1 - level) / 2
    low = beta_quantile(tail, successes, n - successes + 1) if successes else 0.0
    high = beta_quantile(1 - tail, successes + 1, n - successes) if successes < n else 1.0
    return low, high


def beta_quantile(p: float, a: float, b: float) -> float:
    """The x with I_x(a, b) = p."""
    return _solve(lambda x: beta_cdf(x, a, b) - p)


def binomial_cdf(k: int, n: int, p: float) -> float:
    """P(X ≤ k) of n independent trials with chance p each."""
    if k < 0:
        return 0.0
    return 1.0 if k >= n else beta_cdf(1 - p, n - k, k + 1)


def _solve(rising: Callable[[float], float]) -> float:
    """Where a rising function of (0, 1) is 0, by halving down to the precision of a float, relative near 0."""
    low, high = 0.0, 1.0
    for _ in range(1100):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
        if high - low < 1e-16 * low:
            break
    return high
