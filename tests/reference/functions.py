"""Writes functions.csv: exact values of exp, ln, powers and normal quantiles, for the bounds stated in src/math.rs.

    pip install mpmath==1.3.0 numpy==2.4.6
    python tests/reference/functions.py > tests/reference/functions.csv

The program's own formulas are evaluated here once more, at many points of the ranges the model uses; those with the
largest errors are kept, and a few at random. A row has the point, the double nearest to the exact value, and what is
missing from it. Standard error says how large the errors were.
"""

import re
import sys
from pathlib import Path

import mpmath
import numpy as np

mpmath.mp.prec = 200
SOURCE = Path(__file__).resolve().parents[2] / "src"
POINTS, WORST, RANDOM = 400_000, 60, 40
LN2_HI, LN2_LO = 6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10
ROUND = 6_755_399_441_055_744.0


def fused(a, b, c):
    """`a b + c`, rounded once (but for cases in which two roundings fall on a tie)."""
    split = lambda x: (t := 134_217_729.0 * x, high := t - (t - x), x - high)[1:]
    (a_high, a_low), (b_high, b_low) = split(a), split(b)
    product = a * b
    rest = a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)
    total = product + c
    from_c = total - product
    return total + (((product - (total - from_c)) + (c - from_c)) + rest)


def exp(x):
    shifted = x * np.log2(np.e) + ROUND
    k = shifted - ROUND
    r = fused(k, -LN2_LO, fused(k, -LN2_HI, x))
    c = tables("math.rs", r"const EXP: \[f64; 12\] = \[(.*?)\];")[0]
    return np.ldexp(series(c, r), k.astype(int))


def series(c, r):
    """A polynomial with twelve coefficients, in the order of the program."""
    r2 = r * r
    r4 = r2 * r2
    pair = lambda at: fused(r, c[at + 1], c[at])
    four = lambda at: fused(r2, pair(at + 2), pair(at))
    high = fused(r4, fused(r4, pair(10), four(6)), four(2))
    return fused(r2, high, pair(0))


def parted(x):
    half_root = np.uint64(0x3FE6A09E667F3BCD)
    moved = x.view(np.uint64) + (np.uint64(0x3FF0000000000000) - half_root)
    k = (moved >> np.uint64(52)).astype(float) - 1023
    return k, ((moved & np.uint64(0x000FFFFFFFFFFFFF)) + half_root).view(float) - 1


def power(x, a):
    c = tables("math.rs", r"const LOG2: \[f64; 7\] = \[(.*?)\];")[0]
    k, f = parted(x)
    s = f / (2 + f)
    z = s * s
    w = z * z
    pair = lambda at: fused(z, c[at + 1], c[at])
    high = fused(w, fused(w, c[6], pair(4)), pair(2))
    t = a * fused(s, fused(w, high, pair(0)), k)
    whole = (t + ROUND) - ROUND
    c = tables("math.rs", r"const EXP2: \[f64; 12\] = \[(.*?)\];")[0]
    return np.ldexp(series(c, t - whole), whole.astype(int))


def ln(x):
    k, f = parted(x)
    half = 0.5 * f * f
    s = f / (2 + f)
    z = s * s
    w = z * z
    even = w * (3.999_999_999_940_942e-1 + w * (2.222_219_843_214_978_4e-1 + w * 1.531_383_769_920_937_3e-1))
    odd = z * (
        6.666_666_666_666_735e-1
        + w * (2.857_142_874_366_239e-1 + w * (1.818_357_216_161_805e-1 + w * 1.479_819_860_511_658_6e-1))
    )
    return s * (half + even + odd) + k * LN2_LO - half + f + k * LN2_HI


def tables(name, pattern):
    """Numbers that stand in the source."""
    text = (SOURCE / name).read_text(encoding="utf-8")
    found = re.findall(pattern, text, re.S)
    return [[float(x.replace("_", "")) for x in re.findall(r"[\d._e-]+", table)] for table in found]


def quantile(p):
    a, b, c, d, e, f = tables("math/normal.rs", r"const [A-F]: \[f64; 8\] = \[(.*?)\];")

    def ratio(numerator, denominator, x):
        top, bottom = 0.0 * x, 0.0 * x
        for own, other in zip(reversed(numerator), reversed(denominator)):
            top, bottom = top * x + own, bottom * x + other
        return top / bottom

    q = p - 0.5
    tail = np.sqrt(-ln(np.where(q < 0, p, 1 - p)))
    outer = np.where(tail <= 5, ratio(c, d, tail - 1.6), ratio(e, f, tail - 5))
    return np.where(np.abs(q) <= 0.425, q * ratio(a, b, 0.180625 - q * q), np.where(q < 0, -outer, outer))


def exact_quantile(p):
    p = mpmath.mpf(p)
    start = quantile(np.array([float(p)]))[0]
    return mpmath.findroot(lambda x: mpmath.erfc(-x / mpmath.sqrt(2)) / 2 - p, start)


def errors(own, exact):
    """In units in the last place of the exact value."""
    return np.array(
        [float(abs(mpmath.mpf(float(o)) - e) / mpmath.mpf(float(np.spacing(abs(float(e)))))) for o, e in zip(own, exact)]
    )


def worst_first(own, reference):
    """Points by error against an extended-precision reference."""
    reference = np.asarray(reference)
    return np.argsort(-np.abs((own - reference) / np.spacing(np.abs(own)).astype(np.longdouble)))


def main():
    rng = np.random.default_rng(1)
    print("function,x,a,value,rest")
    random = lambda low, high, count=POINTS: rng.uniform(low, high, count)
    cases = {}
    x = np.concatenate([random(-1, 1), random(-50, 50), random(-600, 700)])
    cases["exp"] = (x, 0 * x, exp(x), np.exp(x.astype(np.longdouble)), lambda x, a: mpmath.exp(x))
    x = np.concatenate([random(0.5, 2), np.exp(random(-50, 50)), np.exp(random(-600, 700))])
    cases["ln"] = (x, 0 * x, ln(x), np.log(x.astype(np.longdouble)), lambda x, a: mpmath.log(x))
    # E2 and E29: capability and money a head, with exponents of their allowed ranges.
    x = np.exp(np.concatenate([random(-width, width) for width in (25, 1, 0.4, 0.1)]))
    a = random(0.05, 10, len(x))
    cases["pow"] = (x, a, power(x, a), x.astype(np.longdouble) ** a.astype(np.longdouble), lambda x, a: mpmath.power(x, a))
    count = 4000
    x = np.concatenate([random(0, 1, count), 10.0 ** -random(1, 16, count), 1 - 10.0 ** -random(1, 15, count)])
    exact = np.array([float(exact_quantile(p)) for p in x], dtype=np.longdouble)
    cases["quantile"] = (x, 0 * x, quantile(x), exact, lambda x, a: exact_quantile(x))
    for name, (x, a, own, reference, function) in cases.items():
        order = worst_first(own, reference)
        kept = np.concatenate([order[:WORST], rng.choice(order[WORST:], RANDOM, replace=False)])
        exact = [function(mpmath.mpf(float(x[i])), mpmath.mpf(float(a[i]))) for i in kept]
        found = errors(own[kept], exact)
        if name == "pow":
            relative = (np.abs(own / reference - 1) / (2 + np.abs(a * np.log(x)))).max()
            print(f"pow: relative error {float(relative):.3g} (2 + |a ln x|)", file=sys.stderr)
        largest = kept[found.argmax()]
        print(f"{name}: {len(x)} points, at most {found.max():.3f} ulp, at {x[largest]!r}", file=sys.stderr)
        for i, e in zip(kept, exact):
            value = float(e)
            print(f"{name},{float(x[i])!r},{float(a[i])!r},{value!r},{float(e - mpmath.mpf(value))!r}")


if __name__ == "__main__":
    main()
