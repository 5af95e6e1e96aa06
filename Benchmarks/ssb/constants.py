"""Constants of the thirteen queries: each run draws new ones, of the same kind and about as selective.

`SQL/ssb` holds the queries as published. A slot is a piece of such a text that occurs exactly once, and a function
that draws what to put in its place. Whatever is drawn lies in the data's real domains; the same random numbers
always give the same texts, so every engine answers the same questions.
"""

import glob
import os
import random

NATIONS = {
    "AFRICA": ["ALGERIA", "ETHIOPIA", "KENYA", "MOROCCO", "MOZAMBIQUE"],
    "AMERICA": ["ARGENTINA", "BRAZIL", "CANADA", "PERU", "UNITED STATES"],
    "ASIA": ["CHINA", "INDIA", "INDONESIA", "JAPAN", "VIETNAM"],
    "EUROPE": ["FRANCE", "GERMANY", "ROMANIA", "RUSSIA", "UNITED KINGDOM"],
    "MIDDLE EAST": ["EGYPT", "IRAN", "IRAQ", "JORDAN", "SAUDI ARABIA"],
}
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

# Orders end in August 1998, so a single year is one of the six whole ones.
FIRST_YEAR, LAST_WHOLE_YEAR = 1992, 1997


def region(column):
    return lambda r: f"{column} = '{r.choice(sorted(NATIONS))}'"


def nation(column):
    return lambda r: f"{column} = '{r.choice(NATIONS[r.choice(sorted(NATIONS))])}'"


def two_cities(column):
    """Two of the ten cities of one nation; a city is the nation's first nine letters and a digit."""
    def draw(r):
        name = r.choice(NATIONS[r.choice(sorted(NATIONS))])[:9].ljust(9)
        first, second = sorted(r.sample(range(10), 2))
        return f"({column} = '{name}{first}' OR {column} = '{name}{second}')"
    return draw


def category(r):
    return f"p_category = 'MFGR#{r.randint(1, 5)}{r.randint(1, 5)}'"


def eight_brands(r):
    """As text, so that the tens digit is shared and exactly eight brands lie between."""
    start = f"MFGR#{r.randint(1, 5)}{r.randint(1, 5)}{r.randint(1, 3)}"
    first = r.randint(0, 2)
    return f"p_brand1 BETWEEN '{start}{first}' AND '{start}{first + 7}'"


def brand(r):
    return f"p_brand1 = 'MFGR#{r.randint(1, 5)}{r.randint(1, 5)}{r.randint(1, 40)}'"


def two_makers(r):
    first, second = sorted(r.sample(range(1, 6), 2))
    return f"(p_mfgr = 'MFGR#{first}' OR p_mfgr = 'MFGR#{second}')"


def year(r):
    return f"d_year = {r.randint(FIRST_YEAR, LAST_WHOLE_YEAR)}"


def two_years(r):
    first = r.randint(FIRST_YEAR, LAST_WHOLE_YEAR)
    return f"(d_year = {first} OR d_year = {first + 1})"


def six_years(r):
    first = r.randint(FIRST_YEAR, FIRST_YEAR + 1)
    return f"d_year >= {first}\n  AND d_year <= {first + 5}"


def year_month_number(r):
    return f"d_yearmonthnum = {r.randint(FIRST_YEAR, LAST_WHOLE_YEAR)}{r.randint(1, 12):02}"


def year_month(r):
    return f"d_yearmonth = '{r.choice(MONTHS)}{r.randint(FIRST_YEAR, LAST_WHOLE_YEAR)}'"


def week(r):
    return f"d_weeknuminyear = {r.randint(1, 52)}"


def discount(r):
    first = r.randint(0, 8)
    return f"lo_discount BETWEEN {first} AND {first + 2}"


def ten_quantities(r):
    first = r.randint(1, 41)
    return f"lo_quantity BETWEEN {first} AND {first + 9}"


def half_of_quantities(r):
    return f"lo_quantity < {r.randint(23, 27)}"


SIX_YEARS = "d_year >= 1992\n  AND d_year <= 1997"
CITIES = "({0} = 'UNITED KI1' OR {0} = 'UNITED KI5')"
MAKERS = "(p_mfgr = 'MFGR#1' OR p_mfgr = 'MFGR#2')"

SLOTS = {
    "1.1": {"d_year = 1993": year, "lo_discount BETWEEN 1 AND 3": discount, "lo_quantity < 25": half_of_quantities},
    "1.2": {"d_yearmonthnum = 199401": year_month_number, "lo_discount BETWEEN 4 AND 6": discount,
            "lo_quantity BETWEEN 26 AND 35": ten_quantities},
    "1.3": {"d_weeknuminyear = 6": week, "d_year = 1994": year, "lo_discount BETWEEN 5 AND 7": discount,
            "lo_quantity BETWEEN 26 AND 35": ten_quantities},
    "2.1": {"p_category = 'MFGR#12'": category, "s_region = 'AMERICA'": region("s_region")},
    "2.2": {"p_brand1 BETWEEN 'MFGR#2221' AND 'MFGR#2228'": eight_brands, "s_region = 'ASIA'": region("s_region")},
    "2.3": {"p_brand1 = 'MFGR#2239'": brand, "s_region = 'EUROPE'": region("s_region")},
    "3.1": {"c_region = 'ASIA'": region("c_region"), "s_region = 'ASIA'": region("s_region"), SIX_YEARS: six_years},
    "3.2": {"c_nation = 'UNITED STATES'": nation("c_nation"), "s_nation = 'UNITED STATES'": nation("s_nation"),
            SIX_YEARS: six_years},
    "3.3": {CITIES.format("c_city"): two_cities("c_city"), CITIES.format("s_city"): two_cities("s_city"),
            SIX_YEARS: six_years},
    "3.4": {CITIES.format("c_city"): two_cities("c_city"), CITIES.format("s_city"): two_cities("s_city"),
            "d_yearmonth = 'Dec1997'": year_month},
    "4.1": {"c_region = 'AMERICA'": region("c_region"), "s_region = 'AMERICA'": region("s_region"), MAKERS: two_makers},
    "4.2": {"c_region = 'AMERICA'": region("c_region"), "s_region = 'AMERICA'": region("s_region"),
            "(d_year = 1997 OR d_year = 1998)": two_years, MAKERS: two_makers},
    "4.3": {"c_region = 'AMERICA'": region("c_region"), "s_nation = 'UNITED STATES'": nation("s_nation"),
            "(d_year = 1997 OR d_year = 1998)": two_years, "p_category = 'MFGR#14'": category},
}


def published(root):
    """The queries as published: a list of (name, text)."""
    queries = []
    for path in sorted(glob.glob(os.path.join(root, "SQL", "ssb", "q*.sql"))):
        with open(path) as file:
            queries.append((os.path.basename(path)[1:-4], file.read().strip().rstrip(";")))
    return queries


def drawn(name, text, seed, run):
    """The query with the constants of one run; they depend on the seed, the query and the run only."""
    numbers = random.Random(f"{seed}/{name}/{run}")
    for original, draw in SLOTS[name].items():
        if text.count(original) != 1:
            raise SystemExit(f"query {name}: {original!r} does not occur exactly once")
        text = text.replace(original, draw(numbers))
    return text
