#!/usr/bin/env python3
"""Writes crates/detect/data/phones.txt and crates/detect/tests/vectors/phones.txt.

Source: libphonenumber's metadata (Apache-2.0) as carried by the PyPI package `phonenumbers`, pinned below.
Only facts are taken: calling codes, regions, trunk prefixes, possible lengths, national number patterns, how the
digits are grouped in print, and the example numbers. Same version in, same bytes out.

    python3 -m venv .venv && .venv/bin/pip install phonenumbers==9.0.43
    .venv/bin/python scripts/phones.py [--check]
"""
import itertools
import pathlib
import re
import sys

import phonenumbers
from phonenumbers.phonemetadata import PhoneMetadata

VERSION = "9.0.43"
ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "crates/detect/data/phones.txt"
VECTORS = ROOT / "crates/detect/tests/vectors/phones.txt"
KINDS = [
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost",
    "personal_number", "voip", "pager", "uan", "voicemail",
]
# Regions whose national form (trunk prefix, no country code) the vectors file lists too.
NATIONAL = ["BR", "DE", "ES", "FR", "GB", "IT", "US"]
# ITU-T E.164 section 6: at most 15 digits; shorter than 7 is not told from any other number.
DIGITS_MIN, DIGITS_MAX = 7, 15

SOURCE = f"""\
# Source: libphonenumber metadata, by way of the PyPI package phonenumbers {VERSION}.
# Licence of the source: Apache-2.0. Facts only.
# Written by scripts/phones.py; change that file, not this one.
"""


def regions():
    """(region, metadata), by calling code, the main country of a shared code first."""
    for code in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE):
        for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]:
            if region == "001":
                yield "ZZ", PhoneMetadata.metadata_for_nongeo_region(code)
            else:
                yield region, PhoneMetadata.metadata_for_region(region)


def valid_pattern(meta):
    """One alternation of what the number types allow."""
    found = []
    for kind in KINDS:
        desc = getattr(meta, kind)
        pattern = desc.national_number_pattern if desc else None
        if pattern and pattern not in found:
            found.append(pattern)
    return "|".join(found)


def nanp_areas(meta, taken):
    """Area codes of one region of calling code 1 that no region before it has."""
    rule = re.compile(valid_pattern(meta))
    leading = re.compile(meta.leading_digits or "none")
    tails = ["2345678", "5550100", "3456789", "7654321", "9876543"]
    areas = [
        area for area in map(str, range(200, 1000))
        if area not in taken and (leading.fullmatch(area) or any(rule.fullmatch(area + t) for t in tails))
    ]
    taken.update(areas)
    return areas


def printed_groups(meta):
    """Lengths of the digit groups that a national number is printed in, such as 2-4-4."""
    lengths = set(meta.general_desc.possible_length)
    shapes = set()
    for form in [*meta.number_format, *meta.intl_number_format]:
        ranges = []
        for group in re.findall(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)", form.pattern):
            m = re.fullmatch(r"\\d(?:\{(\d+)(?:,(\d+))?\})?", group)
            if not m:
                break
            low = int(m[1] or 1)
            ranges.append(range(low, int(m[2] or low) + 1))
        else:
            used = re.findall(r"\\(\d)", form.format)
            if used == [str(i + 1) for i in range(len(ranges))]:
                shapes |= {s for s in itertools.product(*ranges) if sum(s) in lengths and len(s) > 1}
    return ["-".join(map(str, s)) for s in sorted(shapes)]


def table():
    out = [SOURCE]
    out.append(
        "# region CODE CALLING-CODE TRUNK-PREFIX LENGTHS; then of that region: any = pattern that every number keeps,\n"
        "# valid = patterns of its number types, groups = lengths of the printed digit groups.\n"
        "# nanp CODE AREA-CODES: the regions of calling code 1; codes that they share stand in the first row. ZZ: a service of no one country.\n"
    )
    taken = set()
    for region, meta in regions():
        if meta.country_code == 1:
            out.append(f"nanp {region} {' '.join(nanp_areas(meta, taken))}\n")
            continue
        lengths = ",".join(map(str, meta.general_desc.possible_length))
        out.append(f"region {region} {meta.country_code} {meta.national_prefix or '-'} {lengths}\n")
        out.append(f"any {meta.general_desc.national_number_pattern}\n")
        out.append(f"valid {valid_pattern(meta)}\n")
        if shapes := printed_groups(meta):
            out.append(f"groups {' '.join(shapes)}\n")
    return "".join(out)


def examples(region, meta):
    seen = set()
    for kind in KINDS:
        desc = getattr(meta, kind)
        number = desc.example_number if desc else None
        whole = f"{meta.country_code}{number}"
        if number and number not in seen and DIGITS_MIN <= len(whole) <= DIGITS_MAX:
            seen.add(number)
            # parsed as written, so that Italy's leading zeros stay
            yield phonenumbers.parse("+" + whole)


def vectors():
    out = [SOURCE, "# REGION | E.164 | international form | national form (seven regions only), one example a number type\n"]
    form, kind = phonenumbers.format_number, phonenumbers.PhoneNumberFormat
    for region, meta in regions():
        for number in examples(region, meta):
            row = [region, form(number, kind.E164), form(number, kind.INTERNATIONAL)]
            national = form(number, kind.NATIONAL)
            # a short pager number without any prefix or space is not told from a count
            if region in NATIONAL and len(re.split(r"\D+", national)) > 1 and sum(map(str.isdigit, national)) >= DIGITS_MIN:
                row.append(national)
            out.append(" | ".join(row) + "\n")
    return "".join(out)


def main():
    if phonenumbers.__version__ != VERSION:
        sys.exit(f"phonenumbers {VERSION} is needed, {phonenumbers.__version__} is installed")
    for path, text in [(TABLE, table()), (VECTORS, vectors())]:
        if "--check" in sys.argv[1:]:
            if path.read_text(encoding="utf-8") != text:
                sys.exit(f"{path.relative_to(ROOT)} differs from what this script writes")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
