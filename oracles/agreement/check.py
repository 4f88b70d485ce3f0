#!/usr/bin/env python3
"""Do the generator's values hold by somebody else's rules? Asks python-stdnum and phonenumbers about every labelled value.

usage: check.py LABELLED.jsonl [more.jsonl ...]      exit 1 when a value that they know is refused

Prints, for each label they know, how many values were asked about and how many refused (never the value), and names the
labels that nobody here can judge. Refusals that are known and explained stand in `KNOWN`.
"""
import collections
import json
import sys

import phonenumbers
from stdnum import iban, luhn
from stdnum.br import cnpj, cpf
from stdnum.ca import bc_phn, sin
from stdnum.de import idnr
from stdnum.es import cif, dni, nie, nif
from stdnum.es import iban as iban_es
from stdnum.fi import hetu
from stdnum.fr import nif as spi
from stdnum.fr import nir
from stdnum.gb import nhs, utr
from stdnum.it import codicefiscale
from stdnum.se import personnummer
from stdnum.us import itin, ssn


def bare(value):
    return "".join(c for c in value if c.isalnum())


def card(value):
    return luhn.is_valid(bare(value))


def npi(value):
    return luhn.is_valid("80840" + value)


JUDGES = {
    "BankAccountNumber-DE": iban.is_valid, "BankAccountNumber-FR": iban.is_valid, "BankAccountNumber-GB": iban.is_valid,
    "BankAccountNumber-IT": iban.is_valid, "BankAccountNumber-ES": lambda v: iban.is_valid(v) and iban_es.is_valid(v),
    "Cnpj-BR": cnpj.is_valid, "CpfCode-BR": cpf.is_valid, "CreditCardNumber": card, "DriversLicense-ES": dni.is_valid,
    "DriversLicense-FI": hetu.is_valid, "DriversLicense-SE": personnummer.is_valid, "HealthInsuranceCardNumber-EU": card,
    "IndividualTaxIdentificationNumber-US": lambda v: itin.is_valid(bare(v)), "InseeCode-FR": nir.is_valid,
    "NationalIdentificationNumber-ES": dni.is_valid, "NationalIdentificationNumber-IT": codicefiscale.is_valid,
    "NationalProviderId-US": npi, "NhsNumber-GB": nhs.is_valid, "NieNumber-ES": nie.is_valid, "NifNumber-ES": nif.is_valid,
    "PersonalHealthNumber-CA": bc_phn.is_valid, "SocialInsuranceNumber-CA": sin.is_valid,
    "Ssn-US": lambda v: ssn.is_valid(bare(v)), "TaxId-DE": idnr.is_valid, "TaxId-ES": cif.is_valid, "TaxId-FR": spi.is_valid,
    "TaxId-GB": utr.is_valid,
}
# stdnum knows the groups 70-88, 90-92, 94-99; the IRS has issued 50-65 as well (Publication 1915).
KNOWN = {"IndividualTaxIdentificationNumber-US": lambda v: 50 <= int(bare(v)[3:5]) <= 65}


def phone(label, value):
    region = label.partition("-")[2]
    try:
        number = phonenumbers.parse(value, region or None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) and region in ("", phonenumbers.region_code_for_number(number))


def verdict(label, value):
    """None where nobody can say."""
    if label.startswith("PhoneNumber"):
        return phone(label, value)
    judge = JUDGES.get(label)
    return judge and (judge(value) or KNOWN.get(label, lambda _: False)(value))


def main():
    asked, refused, unknown = collections.Counter(), collections.Counter(), set()
    for path in sys.argv[1:]:
        for line in open(path, encoding="utf-8"):
            record = json.loads(line)
            for span in record["spans"]:
                answer = verdict(span["label"], record["text"][span["start"]:span["end"]])
                if answer is None:
                    unknown.add(span["label"])
                    continue
                asked[span["label"]] += 1
                refused[span["label"]] += not answer
    for label in sorted(asked):
        print(f"{label:42s} {asked[label]:6d} asked {refused[label]:6d} refused")
    print("nobody here can judge:", ", ".join(sorted(unknown)))
    sys.exit(1 if sum(refused.values()) else 0)


if __name__ == "__main__":
    main()
