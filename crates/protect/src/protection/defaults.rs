//! What does the policy of last resort look for? What is dangerous to keep in clear and certain enough not to be noise.
//!
//! All credentials; financial values with a checksum, card security codes and track data; national numbers that carry a
//! check. Names, addresses, phone numbers and mail addresses are left to policies that somebody chose: a log group without
//! one should stay useful.

use sotto_detect::{Category, IdentifierFile, catalog};

/// Families of numbers by which a state knows a person or a company.
const NATIONAL: [&str; 14] = [
    "AadhaarNumber",
    "Cnpj",
    "CpfCode",
    "InseeCode",
    "IndividualTaxIdentificationNumber",
    "NationalIdentificationNumber",
    "NationalInsuranceNumber",
    "NieNumber",
    "NifNumber",
    "PersonalHealthNumber",
    "RgNumber",
    "SocialInsuranceNumber",
    "Ssn",
    "TaxId",
];

/// Financial values that must not be kept at all, whatever their certainty (PCI DSS 4.0.1, 3.3.1).
const NEVER_KEPT: [&str; 2] = ["CreditCardSecurityCode", "CreditCardMagneticStripe"];

/// The identifiers of the policy of last resort, sorted.
pub(super) fn identifiers() -> Vec<&'static str> {
    catalog::all().iter().filter(|file| is_looked_for(file)).map(|file| file.id.as_str()).collect()
}

fn is_looked_for(file: &IdentifierFile) -> bool {
    // Forms without a check digit are found beside a keyword only.
    let checked = file.shapes.iter().any(|shape| shape.validator.is_some());
    match file.category {
        Category::Credentials => true,
        Category::Financial => {
            checked && file.id != "CreditCardExpiration" || NEVER_KEPT.contains(&&*file.id)
        }
        Category::Pii | Category::Phi => checked && NATIONAL.iter().any(|family| file.id.starts_with(family)),
        Category::Device => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_looks_for_what_is_dangerous_and_certain() {
        let looked = identifiers();
        for id in [
            "AwsSecretKey",
            "CreditCardNumber",
            "CreditCardSecurityCode",
            "CreditCardMagneticStripe",
            "BankAccountNumber-DE",
            "Ssn-ES",
            "CpfCode-BR",
            "TaxId-DE",
        ] {
            assert!(looked.contains(&id), "{id}");
        }
        for id in
            ["Name", "Address", "EmailAddress", "IpAddress", "PhoneNumber", "CreditCardExpiration", "LatLong"]
        {
            assert!(!looked.contains(&id), "{id}");
        }
        assert!(looked.is_sorted());
    }
}
