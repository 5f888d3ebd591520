"""The weights of the linkage model by hand: the formulas of docs/matching.md,
the compiled-in tables as they stand in src/match/linkage_model, and nothing of
what the program computes but levels and chances. S is other work of the team, O
an output, R chance; a pair of numbers is (S, O).
"""
import math
import pathlib
import re

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "src/match"
HEADER = (SOURCES / "linkage_model.h").read_text()
SOURCE = (SOURCES / "linkage_model.cpp").read_text()
LEVELS = ("none", "orcid", "full", "initial2", "initial", "surname", "conflict", "middle")
AWARDS = ("unusable", "full_strong", "full_agree", "full_unknown", "full_disagree", "core_agree", "core_unknown",
          "core_disagree", "fuzzy", "other", "none")
AGREEMENT = ("missing", "agree", "disagree")
DATES = ("before_3y", "before_1y", "before_start", "first_half", "second_half", "after_1y", "after_3y", "later")


def numbers(text):
    return [float(number) for number in re.findall(r"\d*\.?\d+", text)]


def in_header(name):
    """The numbers of `name{1, 2}` or `name = 1`."""
    found = re.search(rf"\b{name}(?:\{{([^}}]*)\}}| = ([\d.]+))", HEADER)
    return numbers(found.group(1) or found.group(2))


def text_table(name):
    rows = re.search(rf"{name}\{{\{{(.*?)\}}\}};", SOURCE, re.DOTALL).group(1)
    table = [numbers(row) for row in re.findall(r"\{([^}]*)\}", rows)]
    assert [len(row) for row in table] == [16] * 4, name
    return [[value / sum(row) for value in row] for row in table]


TAU, = in_header("tau")
LAMBDA, Q, FUNDER, INSTITUTION = map(in_header, ("lambda", "q", "funder", "institution"))
AUTHOR = dict(zip(LEVELS, in_header("author_a")))
DATE_O, DATE_S, (DURING,) = map(in_header, ("date_o", "date_s", "date_during"))
AWARD = {level: numbers(pair) for level, pair in re.findall(r"AwardLevel::(\w+)\) = \{([^}]*)\}", SOURCE)}
TEXT = text_table("kTextS"), text_table("kTextO")


def name_chance(count, slots, authors):
    """That one of so many authors bears the name of `count` of the collection's author slots."""
    return 1 - (1 - count / slots) ** authors


def entry(s, o):
    """Of the weights of both classes against R: vsChance and vsTeam."""
    return TAU * o, TAU * (o - s)


def against(shares, chance):
    return entry(*(math.log2(share / chance) for share in shares))


def prior(works, authors):
    """Some author of the plan is on an output; not tempered."""
    named = 1 - (1 - Q[1]) ** authors
    return math.log2(LAMBDA[1] / works / named), math.log2(LAMBDA[1] / named / LAMBDA[0])


def author(level, chance):
    return entry(*(math.log2(1 - q + q * AUTHOR[level] / chance) for q in Q))


def award(level, chance):
    return against(AWARD[level], chance)


def organisation(shares, level, chance):
    return against(shares if level == "agree" else [1 - share for share in shares], chance)


def date(shares, collection):
    """Shares of the work's days in the eight bins, and the collection's; O is timed by the project, of S a share."""
    output = sum(f * m / g for f, m, g in zip(shares, DATE_O, collection))
    spread = (sum(f * h for f, h in zip(shares, DATE_S)) / sum(g * h for g, h in zip(collection, DATE_S)))
    return entry(math.log2((1 - DURING) * spread + DURING * output), math.log2(output))


def block(condition, found, chances):
    """The bins that count as one with it, where m_O / u would fall from one bin to the next."""
    blocks = []
    for at, (share, chance) in enumerate(zip(TEXT[1][condition], chances)):
        blocks.append(([at], share, chance))
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] > blocks[-1][1] / blocks[-1][2]:
            (last, *sums), (before, *others) = blocks.pop(), blocks.pop()
            blocks.append((before + last, *(a + b for a, b in zip(others, sums))))
    return next(bins for bins, _, _ in blocks if found in bins)


def text(condition, found, chances):
    bins = block(condition, found, chances)
    return against([sum(table[condition][at] for at in bins) for table in TEXT], sum(chances[at] for at in bins))
