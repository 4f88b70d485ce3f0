"""Which events hold all of AWS's identifier types, and what of them may be seen nowhere?

The texts are the examples of the identifiers' own files, each value made anew by a seeded generator: a check digit fits where the
rule is simple (cards, IBANs, Spanish and Brazilian numbers), otherwise the last digits change, and values whose check is not known
here stay as they stand. Published test cards never occur: a card number keeps its issuer's prefix only.
"""

import json, pathlib, random, re, tomllib

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def luhn(number):
    digits = [int(digit) for digit in number][::-1]
    return (sum(digits[0::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10


def spread(value, digits):
    """The digits at the places of the value's own."""
    left = iter(digits)
    return re.sub("[0-9]", lambda _: next(left), value)


def only(value):
    return re.sub("[^0-9]", "", value)


def some(dice, count):
    return "".join(dice.choice("0123456789") for _ in range(count))


def by_luhn(dice, value, kept):
    digits = only(value)
    made = digits[:kept] + some(dice, len(digits) - kept - 1)
    return spread(value, made + next(last for last in "0123456789" if luhn(made + last) == 0))


def by_iban(dice, value):
    """The last four digits anew, and the check digits of ISO 13616 behind the country."""
    if re.search("[0-9]{4}$", value) is None:
        return value
    body = value[:-4] + some(dice, 4)
    plain = re.sub("[^0-9A-Za-z]", "", body).upper()
    number = int("".join(str(int(one, 36)) for one in plain[4:] + plain[:2] + "00"))
    return body[:2] + f"{98 - number % 97:02}" + body[4:]


def by_letter(dice, value):
    """Spanish numbers: the letter is the remainder by 23."""
    digits = only(value)
    lead = {"X": "0", "Y": "1", "Z": "2"}.get(value[0].upper(), "")
    made = some(dice, len(digits))
    if int(made) == 0 or not value[-1].isalpha():
        return value
    return spread(value[:-1], made) + "TRWAGMYFPDXBNJZSQVHLCKE"[int(lead + made) % 23]


def by_cpf(dice, value):
    made = some(dice, 9)
    for length in (9, 10):
        rest = sum(int(digit) * (length + 1 - place) for place, digit in enumerate(made)) * 10 % 11
        made += str(rest % 10)
    return spread(value, made) if len(set(made)) > 2 else value


def by_area(dice, value):
    """Numbers of the United States' social security: three groups with a few that were never given out."""
    made = f"{dice.randint(1, 665):03}{dice.randint(1, 99):02}{dice.randint(1, 9999):04}"
    return spread(value, made) if made != "078051120" else value


def last_digits(dice, value):
    """Up to four digits at the end, where four or more stand in the value."""
    places = [match.start() for match in re.finditer("[0-9]", value)]
    if len(places) < 5:
        return value
    letters = list(value)
    for place in places[-4:]:
        letters[place] = dice.choice("0123456789")
    return "".join(letters)


def address(dice, value):
    return re.sub("[0-9]+$", lambda _: str(dice.randint(1, 254)), value) if re.fullmatch("[0-9.]+", value) else value


def mailbox(dice, value):
    name = "".join(dice.choice(LETTERS) for _ in range(6))
    return name + "." + value if value[:1].isalpha() else value


class Kind:
    """One identifier: examples that its policy is to find, and how a value is made anew."""

    def __init__(self, path):
        file = tomllib.loads(path.read_text())
        self.name, self.aws = file["id"], file["aws"]
        self.examples = [one for one in file.get("example", []) if not one.get("own") and one["find"]]
        self.rules = {rule["validator"] for rule in file.get("match", []) if "validator" in rule}
        self.matchers = {rule["matcher"] for rule in file.get("match", []) if "matcher" in rule}

    def anew(self, dice, value):
        digits = only(value)
        if "card" in self.rules and len(digits) >= 13 and re.fullmatch("[0-9 -]+", value):
            return by_luhn(dice, value, 6)
        if "ca-sin" in self.rules and len(digits) == 9:
            return by_luhn(dice, value, 1)
        if any(rule.startswith("iban-") for rule in self.rules) and re.match("[A-Z]{2}[0-9]{2}", value):
            return by_iban(dice, value)
        if {"es-dni", "es-nie"} & self.rules and re.fullmatch("[XYZxyz]?[ -]?[0-9.]+[ -]?[A-Za-z]", value):
            return by_letter(dice, value)
        if "br-cpf" in self.rules and len(digits) == 11:
            return by_cpf(dice, value)
        if "us-ssn" in self.rules and len(digits) == 9:
            return by_area(dice, value)
        if self.name == "IpAddress":
            return address(dice, value)
        if self.name == "EmailAddress":
            return mailbox(dice, value)
        if self.rules or self.matchers or "\n" in value or self.name == "DateOfBirth":
            return value
        return last_digits(dice, value)


class Event:
    """One message, whose `mark` is nowhere else, and the values in it."""

    def __init__(self, number, kind, dice):
        example = dice.choice(kind.examples)
        self.kind, self.text, self.values = kind.name, example["text"], []
        for value in example["find"]:
            made = kind.anew(dice, value)
            self.text = self.text.replace(value, made)
            self.values.append(made)
        self.mark = ""
        for _ in range(5):
            number, place = divmod(number, 26)
            self.mark = LETTERS[place] + self.mark
        self.mark = "ev_" + self.mark
        try:
            whole = json.loads(self.text)
        except ValueError:
            whole = None
        if isinstance(whole, dict) and self.text.startswith("{"):
            self.text = '{"ev":"%s",%s' % (self.mark, self.text[1:])
        else:
            self.text = self.mark + " " + self.text


def kinds(folder):
    found = [Kind(path) for path in sorted(pathlib.Path(folder).glob("*.toml"))]
    return [kind for kind in found if kind.aws]


def events(folder, count, seed):
    """So many events, each identifier as often as any other."""
    dice, all_kinds = random.Random(seed), kinds(folder)
    return [Event(number, all_kinds[number % len(all_kinds)], dice) for number in range(count)]


def spellings(value):
    """How the value may be written in bytes: as it is, and as a text within JSON; a line at a time."""
    forms = {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    lines = {line for form in forms for line in re.split(r"[\r\n]+|(?:\\r)?\\n", form)}
    # Frames of keys are the same for everybody.
    return {line for line in lines if len(line) >= 8 and not line.startswith("-----") and not line.startswith("[")}
