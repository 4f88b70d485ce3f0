//! Does a matched text obey the check rule of its identifier?
//!
//! One rule per file, each a function from the bytes as written (separators and either case included) to
//! a verdict. Rules never panic, whatever the bytes are, and do not allocate. Identifier files name a rule
//! by the names of the table below. `digits`, `checks` and `calendar` hold what rules share.

mod calendar;
mod checks;
mod crc32;
mod digits;
mod entropy;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod oracle_stdnum;
#[cfg(test)]
mod shapes;

mod aba_routing;
mod ar_cuit;
mod at_svnr;
mod au_abn;
mod au_medicare;
mod au_tfn;
mod be_nrn;
mod bg_egn;
mod br_cnpj;
mod br_cpf;
mod br_rg;
mod ca_bc_phn;
mod ca_on_hcn;
mod ca_postal;
mod ca_sin;
mod card;
mod card_maestro12;
mod ch_ahv;
mod cl_rut;
mod cn_ric;
mod co_nit;
mod cvc;
mod cz_rc;
mod date_of_birth;
mod de_driver;
mod de_id_card;
mod de_passport;
mod de_tax_id;
mod dk_cpr;
mod ec_ci;
mod ee_ik;
mod ehic;
mod entropy_base64;
mod entropy_hex;
mod es_cif;
mod es_dni;
mod es_nie;
mod es_nif;
mod es_ssn;
mod expiry;
mod fi_hetu;
mod fr_insee;
mod fr_insurance;
mod fr_siren;
mod fr_spi;
mod gb_driver;
mod gb_electoral;
mod gb_nhs;
mod gb_nino;
mod gb_utr;
mod github_crc32;
mod gr_amka;
mod hk_id;
mod hr_oib;
mod hu_taj;
mod iban;
mod iban_de;
mod iban_es;
mod iban_fr;
mod iban_gb;
mod iban_it;
mod icao_mrz;
mod ie_pps;
mod il_id;
mod imei;
mod in_aadhaar;
mod in_pan;
mod is_kennitala;
mod iso7064_mod11_10;
mod iso7064_mod97_10;
mod it_codice_fiscale;
mod it_vat;
mod jmbg;
mod jp_my_number;
mod jwt;
mod kr_rrn;
mod latlong;
mod lu_id;
mod luhn;
mod lv_pk;
mod magnetic_stripe;
mod mx_curp;
mod my_nric;
mod nl_bsn;
mod no_fnr;
mod no_plain_word;
mod npm_crc32;
mod nz_ird;
mod pl_driver;
mod pl_nip;
mod pl_pesel;
mod pt_nif;
mod ro_cnp;
mod ru_snils;
mod se_personnummer;
mod sg_nric;
mod th_pin;
mod tr_tckn;
mod tw_id;
mod ua_rntrc;
mod us_dea;
mod us_ein;
mod us_hcpcs;
mod us_hicn;
mod us_itin;
mod us_mbi;
mod us_ndc;
mod us_npi;
mod us_ssn;
mod us_zip;
mod verhoeff;
mod vin;
mod za_id;

/// A check rule: the bytes as matched, to whether they can be what they look like.
pub(crate) type Validator = fn(&[u8]) -> bool;

/// Every rule by the name that identifier files use, in the order of names.
static VALIDATORS: &[(&str, Validator)] = &[
    ("aba-routing", aba_routing::valid),
    ("ar-cuit", ar_cuit::valid),
    ("at-svnr", at_svnr::valid),
    ("au-abn", au_abn::valid),
    ("au-medicare", au_medicare::valid),
    ("au-tfn", au_tfn::valid),
    ("be-nrn", be_nrn::valid),
    ("bg-egn", bg_egn::valid),
    ("br-cnpj", br_cnpj::valid),
    ("br-cpf", br_cpf::valid),
    ("br-rg", br_rg::valid),
    ("ca-bc-phn", ca_bc_phn::valid),
    ("ca-on-hcn", ca_on_hcn::valid),
    ("ca-postal", ca_postal::valid),
    ("ca-sin", ca_sin::valid),
    ("card", card::valid),
    ("card-maestro12", card_maestro12::valid),
    ("ch-ahv", ch_ahv::valid),
    ("cl-rut", cl_rut::valid),
    ("cn-ric", cn_ric::valid),
    ("co-nit", co_nit::valid),
    ("cvc", cvc::valid),
    ("cz-rc", cz_rc::valid),
    ("date-of-birth", date_of_birth::valid),
    ("de-driver", de_driver::valid),
    ("de-id-card", de_id_card::valid),
    ("de-passport", de_passport::valid),
    ("de-tax-id", de_tax_id::valid),
    ("dk-cpr", dk_cpr::valid),
    ("ec-ci", ec_ci::valid),
    ("ee-ik", ee_ik::valid),
    ("ehic", ehic::valid),
    ("entropy-base64", entropy_base64::valid),
    ("entropy-hex", entropy_hex::valid),
    ("es-cif", es_cif::valid),
    ("es-dni", es_dni::valid),
    ("es-nie", es_nie::valid),
    ("es-nif", es_nif::valid),
    ("es-ssn", es_ssn::valid),
    ("expiry", expiry::valid),
    ("fi-hetu", fi_hetu::valid),
    ("fr-insee", fr_insee::valid),
    ("fr-insurance", fr_insurance::valid),
    ("fr-siren", fr_siren::valid),
    ("fr-spi", fr_spi::valid),
    ("gb-driver", gb_driver::valid),
    ("gb-electoral", gb_electoral::valid),
    ("gb-nhs", gb_nhs::valid),
    ("gb-nino", gb_nino::valid),
    ("gb-utr", gb_utr::valid),
    ("github-crc32", github_crc32::valid),
    ("gr-amka", gr_amka::valid),
    ("hk-id", hk_id::valid),
    ("hr-oib", hr_oib::valid),
    ("hu-taj", hu_taj::valid),
    ("iban", iban::valid),
    ("iban-de", iban_de::valid),
    ("iban-es", iban_es::valid),
    ("iban-fr", iban_fr::valid),
    ("iban-gb", iban_gb::valid),
    ("iban-it", iban_it::valid),
    ("icao-mrz", icao_mrz::valid),
    ("ie-pps", ie_pps::valid),
    ("il-id", il_id::valid),
    ("imei", imei::valid),
    ("in-aadhaar", in_aadhaar::valid),
    ("in-pan", in_pan::valid),
    ("is-kennitala", is_kennitala::valid),
    ("iso7064-mod11-10", iso7064_mod11_10::valid),
    ("iso7064-mod97-10", iso7064_mod97_10::valid),
    ("it-codice-fiscale", it_codice_fiscale::valid),
    ("it-vat", it_vat::valid),
    ("jmbg", jmbg::valid),
    ("jp-my-number", jp_my_number::valid),
    ("jwt", jwt::valid),
    ("kr-rrn", kr_rrn::valid),
    ("latlong", latlong::valid),
    ("lu-id", lu_id::valid),
    ("luhn", luhn::valid),
    ("lv-pk", lv_pk::valid),
    ("magnetic-stripe", magnetic_stripe::valid),
    ("mx-curp", mx_curp::valid),
    ("my-nric", my_nric::valid),
    ("nl-bsn", nl_bsn::valid),
    ("no-fnr", no_fnr::valid),
    ("no-plain-word", no_plain_word::valid),
    ("npm-crc32", npm_crc32::valid),
    ("nz-ird", nz_ird::valid),
    ("pl-driver", pl_driver::valid),
    ("pl-nip", pl_nip::valid),
    ("pl-pesel", pl_pesel::valid),
    ("pt-nif", pt_nif::valid),
    ("ro-cnp", ro_cnp::valid),
    ("ru-snils", ru_snils::valid),
    ("se-personnummer", se_personnummer::valid),
    ("sg-nric", sg_nric::valid),
    ("th-pin", th_pin::valid),
    ("tr-tckn", tr_tckn::valid),
    ("tw-id", tw_id::valid),
    ("ua-rntrc", ua_rntrc::valid),
    ("us-dea", us_dea::valid),
    ("us-ein", us_ein::valid),
    ("us-hcpcs", us_hcpcs::valid),
    ("us-hicn", us_hicn::valid),
    ("us-itin", us_itin::valid),
    ("us-mbi", us_mbi::valid),
    ("us-ndc", us_ndc::valid),
    ("us-npi", us_npi::valid),
    ("us-ssn", us_ssn::valid),
    ("us-zip", us_zip::valid),
    ("verhoeff", verhoeff::valid),
    ("vin", vin::valid),
    ("za-id", za_id::valid),
];

/// The rule of a name.
pub(crate) fn by_name(name: &str) -> Option<Validator> {
    let row = VALIDATORS.binary_search_by_key(&name, |(known, _)| known).ok()?;
    VALIDATORS.get(row).map(|(_, rule)| *rule)
}

/// The names of all rules, in order.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    VALIDATORS.iter().map(|(name, _)| *name)
}

#[cfg(test)]
pub(crate) mod testing {
    //! How does a rule's file state its examples?

    /// Asks the rule of that name about values that it must take (four at least) and refuse (six at least).
    pub(crate) fn check(name: &str, good: &[&str], bad: &[&str]) {
        let rule = super::by_name(name).expect("the rule is in the table");
        assert!(good.len() >= 4 && bad.len() >= 6, "{name}: too few examples");
        let refused: Vec<_> = (0..good.len()).filter(|&at| !rule(good[at].as_bytes())).collect();
        let taken: Vec<_> = (0..bad.len()).filter(|&at| rule(bad[at].as_bytes())).collect();
        assert!(
            refused.is_empty() && taken.is_empty(),
            "{name}: refused good {refused:?}, took bad {taken:?}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_ordered_and_complete() {
        assert!(VALIDATORS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(names().all(|name| by_name(name).is_some()) && by_name("none-such").is_none());
    }
}
