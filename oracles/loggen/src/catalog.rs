//! Which values are planted, and which words stand beside them? One row for each identifier of the CloudWatch table
//! (without Name and Address), with keywords chosen so that a careful reader could name the identifier from the line:
//! where two countries share a shape and a keyword, a hint (state, country) is written too.

use crate::rng::Rng;
use crate::values::{
    americas as am, contact as co, europe as eu, finance as fi, health as he, licences as li, secrets as se,
};

/// How a row makes its value.
#[derive(Clone, Copy)]
pub enum Make {
    /// From a function.
    By(fn(&mut Rng) -> String),
    /// From a function that also names the region.
    In(fn(&mut Rng) -> (String, &'static str)),
    /// From a shape (see `Rng::shape`).
    Of(&'static str),
    /// From a shape, with a region.
    At(&'static str, &'static str),
}

/// One way to plant one identifier.
pub struct Row {
    /// The identifier, as AWS spells it.
    pub label: &'static str,
    make: Make,
    keys: &'static [&'static str],
    lang: &'static str,
}

/// A value ready to be written into a line.
#[derive(Clone, Debug)]
pub struct Plant {
    /// The identifier.
    pub label: &'static str,
    /// The value, in full.
    pub value: String,
    /// The keyword; empty where none is needed.
    pub key: &'static str,
    /// A spelling of the keyword that can be a field name.
    pub field: &'static str,
    /// Language of the sentence around it.
    pub lang: &'static str,
    /// State or country, where that decides.
    pub hint: Option<&'static str>,
}

const fn row(label: &'static str, lang: &'static str, make: Make, keys: &'static [&'static str]) -> Row {
    Row {
        label,
        make,
        keys,
        lang,
    }
}

use Make::{At, By, In, Of};

const PHONE: &[&str] = &[
    "phone",
    "phone number",
    "mobile",
    "tel",
    "telephone",
    "fax",
    "cell",
    "contact",
    "telephone number",
    "phone",
];
const PHONE_OR_NONE: &[&str] = &["phone", "mobile", "telephone", "fax number", "", "", ""];
const CARD: &[&str] = &[
    "card number",
    "credit card",
    "card",
    "pan",
    "debit card",
    "ccn",
    "payment card number",
    "card num",
    "card number",
    "bank card",
    "cc #",
    "card number",
];
const LICENSE: &[&str] = &[
    "driver license",
    "drivers license",
    "driver's license",
    "dl#",
    "driving license",
    "drivers licenses",
    "driver licenses",
];
const LICENCE: &[&str] = &[
    "driver licence",
    "drivers licence",
    "driver's licence",
    "driving licence",
];
const IBAN: &[&str] = &[
    "iban",
    "IBAN",
    "iban",
    "account number",
    "customer account number",
];

/// All rows.
pub const ROWS: &[Row] = &[
    row(
        "AwsSecretKey",
        "en",
        By(se::aws_secret),
        &[
            "aws_secret_access_key",
            "secret access key",
            "secret key",
            "aws_secret_access_key",
        ],
    ),
    row("OpenSshPrivateKey", "en", By(se::openssh), &[""]),
    row("PgpPrivateKey", "en", By(se::pgp), &[""]),
    row("PkcsPrivateKey", "en", By(se::pkcs), &[""]),
    row("PuttyPrivateKey", "en", By(se::putty), &[""]),
    row("IpAddress", "en", By(co::ip), &[""]),
    row("EmailAddress", "en", By(co::email), &[""]),
    row(
        "BankAccountNumber-DE",
        "de",
        By(fi::iban_de),
        &[
            "iban",
            "kontonummer",
            "bankleitzahl",
            "sepa",
            "account number",
            "iban",
        ],
    ),
    row(
        "BankAccountNumber-ES",
        "es",
        By(fi::iban_es),
        &[
            "iban",
            "código cuenta bancaria",
            "número cuenta cliente",
            "customer account number",
        ],
    ),
    row(
        "BankAccountNumber-FR",
        "fr",
        By(fi::iban_fr),
        &["iban", "compte bancaire", "numéro de compte", "account number"],
    ),
    row("BankAccountNumber-GB", "en", By(fi::iban_gb), IBAN),
    row(
        "BankAccountNumber-IT",
        "it",
        By(fi::iban_it),
        &["iban", "conto bancario", "numero di conto", "account number"],
    ),
    row(
        "BankAccountNumber-US",
        "en",
        By(fi::us_account),
        &[
            "bank account",
            "checking account",
            "savings account",
            "deposit account",
            "checking acct",
            "bank acct",
        ],
    ),
    row(
        "CreditCardExpiration",
        "en",
        By(fi::expiration),
        &["expiration", "expiry", "expiration", "expiry"],
    ),
    row("CreditCardNumber", "en", By(fi::card), CARD),
    row("CreditCardNumber", "en", By(fi::card), CARD),
    row("CreditCardNumber", "en", By(fi::card_plain), CARD),
    row(
        "CreditCardSecurityCode",
        "en",
        By(fi::security_code),
        &[
            "cvv",
            "cvc",
            "cvv2",
            "cvc2",
            "card security code",
            "card verification value",
        ],
    ),
    row(
        "CreditCardMagneticStripe",
        "en",
        By(fi::magnetic_stripe),
        &["magstripe", "swipe", "card data", "stripe"],
    ),
    row(
        "DateOfBirth",
        "en",
        By(co::birth),
        &["dob", "date of birth", "birthdate", "birth date", "birthday"],
    ),
    row(
        "DrugEnforcementAgencyNumber-US",
        "en",
        By(he::dea),
        &["dea number", "dea registration", "dea number"],
    ),
    row(
        "HealthcareProcedureCode-US",
        "en",
        By(he::hcpcs),
        &["hcpcs", "current procedural terminology", "hcpcs"],
    ),
    row(
        "HealthInsuranceCardNumber-EU",
        "en",
        By(he::ehic),
        &[
            "ehic",
            "health insurance card",
            "health card number",
            "insurance card number",
        ],
    ),
    row(
        "HealthInsuranceCardNumber-EU",
        "de",
        By(he::ehic),
        &[
            "krankenversicherungsnummer",
            "gesundheitskarte",
            "ehic",
            "krankenversicherungskarte",
        ],
    ),
    row(
        "HealthInsuranceCardNumber-EU",
        "other",
        By(he::ehic),
        &[
            "sairausvakuutuskortti",
            "terveyskortti",
            "tarjeta de salud",
            "hälsokort",
        ],
    ),
    row(
        "HealthInsuranceClaimNumber-US",
        "en",
        By(he::hicn),
        &[
            "hicn",
            "health insurance claim number",
            "hic number",
            "hic#",
            "hic no.",
        ],
    ),
    row(
        "HealthInsuranceNumber-FR",
        "fr",
        By(he::vitale),
        &["carte vitale", "carte d'assuré social", "carte vitale"],
    ),
    row(
        "MedicareBeneficiaryNumber-US",
        "en",
        By(he::mbi),
        &["mbi", "medicare beneficiary"],
    ),
    row(
        "NationalDrugCode-US",
        "en",
        By(he::ndc),
        &["ndc", "national drug code"],
    ),
    row(
        "NationalProviderId-US",
        "en",
        By(he::npi),
        &["npi", "national provider", "npi", "n.p.i"],
    ),
    row(
        "NhsNumber-GB",
        "en",
        By(he::nhs),
        &["nhs", "NHS", "national health service", "NHS"],
    ),
    row(
        "NationalInsuranceNumber-GB",
        "en",
        By(eu::nino),
        &[
            "national insurance number",
            "nino",
            "insurance number",
            "nationalinsurancenumber",
        ],
    ),
    row(
        "PersonalHealthNumber-CA",
        "en",
        By(he::bc_phn),
        &["phn", "personal healthcare number", "msp number"],
    ),
    row(
        "CepCode-BR",
        "pt",
        By(am::cep),
        &["cep", "código de endereçamento postal", "cep"],
    ),
    row(
        "Cnpj-BR",
        "pt",
        By(am::cnpj),
        &["cnpj", "cadastro nacional da pessoa jurídica", "cnpj"],
    ),
    row(
        "CpfCode-BR",
        "pt",
        By(am::cpf),
        &["cpf", "cadastro de pessoa física", "cpf"],
    ),
    row(
        "RgNumber-BR",
        "pt",
        By(am::rg),
        &["rg", "registro geral", "registro geral"],
    ),
    row(
        "DriversLicense-AT",
        "de",
        Of("########"),
        &["führerschein", "fuhrerschein"],
    ),
    row("DriversLicense-AU", "en", In(li::au), LICENCE),
    row(
        "DriversLicense-BE",
        "fr",
        At("##########", "Belgique"),
        &["numéro permis conduire"],
    ),
    row(
        "DriversLicense-BG",
        "other",
        Of("%########"),
        &["сумпс", "шофьорска книжка", "свидетелство за управление на мпс"],
    ),
    row("DriversLicense-CA", "en", In(li::ca), LICENCE),
    row(
        "DriversLicense-CY",
        "other",
        Of("%###########"),
        &["άδεια οδήγησης"],
    ),
    row(
        "DriversLicense-CZ",
        "other",
        Of("E@ ######"),
        &["řidičský průkaz", "číslo řidičského průkazu"],
    ),
    row(
        "DriversLicense-DE",
        "de",
        By(li::de),
        &["führerschein", "führerscheinnummer", "fuehrerscheinnummer"],
    ),
    row(
        "DriversLicense-DK",
        "other",
        Of("%#######"),
        &["kørekort", "kørekortnummer"],
    ),
    row(
        "DriversLicense-EE",
        "other",
        Of("ET######"),
        &["juhiluba", "juhiloa number", "juhiluba number"],
    ),
    row(
        "DriversLicense-ES",
        "es",
        By(li::es),
        &[
            "permiso de conducción",
            "permiso conducción",
            "licencia de manejo",
        ],
    ),
    row(
        "DriversLicense-FI",
        "other",
        By(li::fi),
        &["ajokortti", "ajokortin numero"],
    ),
    row(
        "DriversLicense-FR",
        "fr",
        Of("%###########"),
        &["permis de conduire"],
    ),
    row(
        "DriversLicense-GB",
        "en",
        By(li::gb),
        &[
            "driving licence",
            "driver licence",
            "driving licence",
            "driver's licence",
        ],
    ),
    row("DriversLicense-GR", "other", Of("%########"), &["adeia odigisis"]),
    row("DriversLicense-HR", "other", Of("%#######"), &["vozačka dozvola"]),
    row(
        "DriversLicense-HU",
        "other",
        Of("@@######"),
        &["jogosítvány", "vezetői engedély"],
    ),
    row(
        "DriversLicense-IE",
        "other",
        Of("######@@@@"),
        &["ceadúnas tiomána"],
    ),
    row(
        "DriversLicense-IT",
        "it",
        Of("UA#######@"),
        &["patente di guida", "patente guida numero", "patente guida"],
    ),
    row(
        "DriversLicense-LT",
        "other",
        Of("%#######"),
        &["vairuotojo pažymėjimas"],
    ),
    row(
        "DriversLicense-LU",
        "other",
        Of("%#####"),
        &["fahrerlaubnis", "führerschäin"],
    ),
    row(
        "DriversLicense-LV",
        "other",
        Of("@@@######"),
        &["vadītāja apliecība", "vadītāja apliecības numurs"],
    ),
    row(
        "DriversLicense-MT",
        "other",
        Of("@@ ### ###"),
        &["liċenzja tas-sewqan"],
    ),
    row(
        "DriversLicense-NL",
        "other",
        At("##########", "Nederland"),
        &["rijbewijs", "rijbewijsnummer"],
    ),
    row(
        "DriversLicense-PL",
        "other",
        Of("#####/##/####"),
        &["prawo jazdy", "numer licencyjny"],
    ),
    row(
        "DriversLicense-PT",
        "pt",
        By(li::pt),
        &["carta de condução", "carteira de habilitação"],
    ),
    row(
        "DriversLicense-RO",
        "other",
        Of("@########"),
        &["permis de conducere", "numărul permisului de conducere"],
    ),
    row(
        "DriversLicense-SE",
        "other",
        By(li::se),
        &["körkort", "körkortsnummer"],
    ),
    row(
        "DriversLicense-SI",
        "other",
        Of("%########"),
        &["vozniško dovoljenje"],
    ),
    row(
        "DriversLicense-SK",
        "other",
        Of("@#######"),
        &["vodičský preukaz", "číslo vodičského preukazu"],
    ),
    row("DriversLicense-US", "en", In(li::us), LICENSE),
    row("DriversLicense-US", "en", In(li::us), LICENSE),
    row(
        "ElectoralRollNumber-GB",
        "en",
        By(eu::electoral),
        &["electoral roll number", "electoral number", "electoral roll no."],
    ),
    row(
        "IndividualTaxIdentificationNumber-US",
        "en",
        By(am::itin),
        &["itin", "individual taxpayer identification number"],
    ),
    row(
        "InseeCode-FR",
        "fr",
        By(eu::insee),
        &[
            "insee",
            "sécurité sociale",
            "code sécurité sociale",
            "numéro d'assurance",
        ],
    ),
    row(
        "LatLong",
        "en",
        By(co::lat_long),
        &["coordinates", "location", "position", "lat long", "coordinate"],
    ),
    row(
        "NationalIdentificationNumber-DE",
        "de",
        By(eu::id_card_de),
        &["personalausweis", "ausweisnummer", "personal id"],
    ),
    row(
        "NationalIdentificationNumber-ES",
        "es",
        By(eu::dni),
        &["dni", "documento nacional de identidad", "dni"],
    ),
    row(
        "NationalIdentificationNumber-IT",
        "it",
        By(eu::codice_fiscale),
        &[
            "codice fiscale",
            "tessera sanitaria",
            "tax code",
            "dati anagrafici",
        ],
    ),
    row(
        "NieNumber-ES",
        "es",
        By(eu::nie),
        &["nie", "número de identidad de extranjero"],
    ),
    row(
        "NifNumber-ES",
        "es",
        By(eu::nif),
        &["nif", "número de identificación fiscal"],
    ),
    row(
        "PassportNumber-CA",
        "en",
        By(am::passport_ca),
        &["passport", "passport", "passeport"],
    ),
    row(
        "PassportNumber-DE",
        "de",
        By(eu::passport_de),
        &["reisepass", "reisepassnummer"],
    ),
    row(
        "PassportNumber-ES",
        "es",
        By(eu::passport_es),
        &["pasaporte", "número pasaporte", "spain passport"],
    ),
    row(
        "PassportNumber-FR",
        "fr",
        By(eu::passport_fr),
        &["passeport", "numéro de passeport"],
    ),
    row(
        "PassportNumber-GB",
        "en",
        At("%########", "UK"),
        &["passport number", "passport no", "passport number"],
    ),
    row("PassportNumber-GB", "en", By(eu::passport_gb), &["passportid"]),
    row(
        "PassportNumber-IT",
        "it",
        By(eu::passport_it),
        &["passaporto", "passaporto numero", "passport number"],
    ),
    row(
        "PassportNumber-US",
        "en",
        By(am::passport_us_letter),
        &["passport", "us passport", "passport"],
    ),
    row(
        "PassportNumber-US",
        "en",
        By(am::passport_us_digits),
        &["travel document"],
    ),
    row(
        "PermanentResidenceNumber-CA",
        "en",
        By(am::resident_ca),
        &[
            "permanent resident card",
            "permanent resident number",
            "pr number",
            "permanent resident card number",
        ],
    ),
    row("PhoneNumber", "en", By(co::elsewhere), PHONE_OR_NONE),
    row("PhoneNumber-BR", "pt", By(co::br_international), PHONE_OR_NONE),
    row(
        "PhoneNumber-BR",
        "pt",
        By(co::br_national),
        &["celular", "telefone", "fone"],
    ),
    row("PhoneNumber-DE", "de", By(co::de), PHONE_OR_NONE),
    row("PhoneNumber-ES", "es", By(co::es), PHONE_OR_NONE),
    row("PhoneNumber-FR", "fr", By(co::fr_international), PHONE_OR_NONE),
    row("PhoneNumber-FR", "fr", By(co::fr_national), PHONE),
    row("PhoneNumber-GB", "en", By(co::gb_international), PHONE_OR_NONE),
    row("PhoneNumber-GB", "en", By(co::gb_national), PHONE),
    row("PhoneNumber-IT", "it", By(co::it), PHONE_OR_NONE),
    row("PhoneNumber-US", "en", By(co::us_international), PHONE_OR_NONE),
    row("PhoneNumber-US", "en", By(co::us_national), PHONE),
    row("PhoneNumber-US", "en", By(co::us_national), PHONE),
    row(
        "PostalCode-CA",
        "en",
        By(am::postal_ca),
        &["postal code", "", "postal code"],
    ),
    row(
        "SocialInsuranceNumber-CA",
        "en",
        By(am::sin),
        &["social insurance number", "sin", "canadian id"],
    ),
    row(
        "Ssn-ES",
        "es",
        By(eu::ssn_es),
        &["número de la seguridad social", "social security number", "ssn"],
    ),
    row(
        "Ssn-US",
        "en",
        By(am::ssn),
        &["ssn", "social security number", "ssn", "ss#", "social security"],
    ),
    row(
        "Ssn-US",
        "en",
        By(am::ssn),
        &["ssn", "SSN", "social security number"],
    ),
    row(
        "TaxId-DE",
        "de",
        By(eu::tax_de),
        &[
            "steueridentifikationsnummer",
            "steuer id",
            "identifikationsnummer",
            "tax id",
        ],
    ),
    row(
        "TaxId-ES",
        "es",
        By(eu::cif),
        &["cif", "cif número", "número de impuesto corporativo"],
    ),
    row(
        "TaxId-FR",
        "fr",
        By(eu::spi),
        &[
            "numéro d'identification fiscale",
            "tax id",
            "tax identification number",
        ],
    ),
    row(
        "TaxId-GB",
        "en",
        By(eu::utr),
        &["utr", "unique taxpayer reference", "tax reference"],
    ),
    row(
        "VehicleIdentificationNumber",
        "en",
        By(am::vin),
        &["vin", "vehicle identification number", "VIN", "vin"],
    ),
    row(
        "ZipCode-US",
        "en",
        By(am::zip),
        &["zip code", "zip code", "zip+4"],
    ),
];

/// A value of a random row.
pub fn draw(rng: &mut Rng) -> Plant {
    match rng.pick_ref(ROWS) {
        Some(row) => plant(rng, row),
        None => alone(rng, "IpAddress"),
    }
}

/// An address of the network or of a person, which needs no keyword.
pub fn alone(rng: &mut Rng, label: &'static str) -> Plant {
    let value = if label == "IpAddress" {
        co::ip(rng)
    } else {
        co::email(rng)
    };
    Plant {
        label,
        value,
        key: "",
        field: "",
        lang: "en",
        hint: None,
    }
}

fn plant(rng: &mut Rng, row: &Row) -> Plant {
    let (value, hint) = match row.make {
        By(make) => (make(rng), None),
        In(make) => Some(make(rng)).map_or((String::new(), None), |(v, h)| (v, Some(h))),
        Of(shape) => (rng.shape(shape), None),
        At(shape, hint) => (rng.shape(shape), Some(hint)),
    };
    let key = rng.pick(row.keys);
    let plain = |k: &&str| k.chars().all(|c| c.is_alphanumeric() || " _-".contains(c));
    let fields: Vec<&'static str> = row.keys.iter().copied().filter(plain).collect();
    let field = if plain(&key) { key } else { rng.pick(&fields) };
    Plant {
        label: row.label,
        value,
        key,
        field,
        lang: row.lang,
        hint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_structured_identifier_has_a_row() {
        let labels: BTreeSet<&str> = ROWS.iter().map(|r| r.label).collect();
        // 99 less Name and Address, and the two that only the sibling service documents.
        assert_eq!(labels.len(), 99 - 2 + 2);
    }

    #[test]
    fn values_are_never_empty() {
        for row in ROWS {
            for n in 0..50 {
                let mut rng = Rng::for_record(3, n);
                assert!(!plant(&mut rng, row).value.is_empty(), "{}", row.label);
            }
        }
    }
}
