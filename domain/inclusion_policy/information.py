"""What being listed reveals of a child's need, in bits.

Of all children a share p(need) is in need, of those listed a share p(need | listed). Learning that a child is listed
gains Σ p(n | listed) · log2(p(n | listed) / p(n)), over n = in need and not in need (Kullback and Leibler): 0 where
everybody is listed, log2(1 / p(need)) where only children in need are. Mutual information is what the list reveals on
average of any child, listed or not: Σ p(n, l) · log2(p(n, l) / (p(n) · p(l))).
"""

from math import log2


def stigma_bits(children: int, in_need: int, listed: int, listed_in_need: int) -> float:
    """The information about a child's need in its being listed; 0 where nobody is listed."""
    if not listed:
        return 0.0
    shares = ((listed_in_need, in_need), (listed - listed_in_need, children - in_need))
    return sum(here / listed * log2(here * children / (listed * there)) for here, there in shares if here)


def mutual_information_bits(children: int, in_need: int, listed: int, listed_in_need: int) -> float:
    """The average information about a child's need in whether it is listed."""
    if not children:
        return 0.0
    unlisted, unlisted_in_need = children - listed, in_need - listed_in_need
    of_listed = stigma_bits(children, in_need, listed, listed_in_need)
    of_unlisted = stigma_bits(children, in_need, unlisted, unlisted_in_need)
    return (listed * of_listed + unlisted * of_unlisted) / children
