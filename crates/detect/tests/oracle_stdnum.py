"""Asks python-stdnum about numbers.

Reads lines `RULE<tab>VALUE` until the end of input, then writes one character for each: 1 valid, 0 not
valid, - no such number in python-stdnum. Used by the test `agrees_with_python_stdnum` only.
"""

import importlib
import sys

MODULES = {
    "aba-routing": "us.rtn",
    "ar-cuit": "ar.cuit",
    "at-svnr": "at.vnr",
    "au-abn": "au.abn",
    "au-tfn": "au.tfn",
    "be-nrn": "be.nn",
    "bg-egn": "bg.egn",
    "br-cnpj": "br.cnpj",
    "br-cpf": "br.cpf",
    "ca-bc-phn": "ca.bc_phn",
    "ca-sin": "ca.sin",
    "card": "luhn",
    "card-maestro12": "luhn",
    "ch-ahv": "ch.ssn",
    "cl-rut": "cl.rut",
    "cn-ric": "cn.ric",
    "co-nit": "co.nit",
    "cz-rc": "cz.rc",
    "de-tax-id": "de.idnr",
    "dk-cpr": "dk.cpr",
    "ec-ci": "ec.ci",
    "ee-ik": "ee.ik",
    "es-cif": "es.cif",
    "es-dni": "es.dni",
    "es-nie": "es.nie",
    "es-nif": "es.nif",
    "fi-hetu": "fi.hetu",
    "fr-insee": "fr.nir",
    "fr-siren": "fr.siren",
    "fr-spi": "fr.nif",
    "gb-nhs": "gb.nhs",
    "gb-utr": "gb.utr",
    "gr-amka": "gr.amka",
    "hr-oib": "hr.oib",
    "iban": "iban",
    "iban-de": "iban",
    "iban-es": "iban",
    "iban-fr": "iban",
    "iban-gb": "iban",
    "iban-it": "iban",
    "ie-pps": "ie.pps",
    "il-id": "il.idnr",
    "imei": "imei",
    "in-aadhaar": "in_.aadhaar",
    "in-pan": "in_.pan",
    "is-kennitala": "is_.kennitala",
    "iso7064-mod11-10": "iso7064.mod_11_10",
    "iso7064-mod97-10": "iso7064.mod_97_10",
    "it-codice-fiscale": "it.codicefiscale",
    "it-vat": "it.iva",
    "jmbg": "si.emso",
    "jp-my-number": "jp.in_",
    "kr-rrn": "kr.rrn",
    "luhn": "luhn",
    "lv-pk": "lv.pvn",
    "mx-curp": "mx.curp",
    "nl-bsn": "nl.bsn",
    "no-fnr": "no.fodselsnummer",
    "nz-ird": "nz.ird",
    "pl-nip": "pl.nip",
    "pl-pesel": "pl.pesel",
    "pt-nif": "pt.nif",
    "ro-cnp": "ro.cnp",
    "se-personnummer": "se.personnummer",
    "th-pin": "th.pin",
    "tr-tckn": "tr.tckimlik",
    "ua-rntrc": "ua.rntrc",
    "us-ein": "us.ein",
    "us-itin": "us.itin",
    "us-ssn": "us.ssn",
    "verhoeff": "verhoeff",
    "za-id": "za.idnr",
}


def judge(name, value, checks={}):
    """The verdict on one number as a character."""
    if name not in MODULES:
        return "-"
    if name not in checks:
        checks[name] = importlib.import_module("stdnum." + MODULES[name])
    # IBAN: the registry's rule only, as ours; national check digits are another module of python-stdnum.
    options = {"check_country": False} if MODULES[name] == "iban" else {}
    return "1" if checks[name].is_valid(value, **options) else "0"


def main():
    """Answers all lines at once, so that neither side waits for the other."""
    lines = sys.stdin.read().splitlines()
    print("".join(judge(*line.split("\t", 1)) for line in lines))


if __name__ == "__main__":
    main()
