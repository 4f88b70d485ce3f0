//! Which languages does Lex V2 know, and what are they called? (Lex V2 Developer Guide, "Languages and locales supported by Amazon
//! Lex V2".) What is understood in a language is another question: `nlu` and `slot` answer it.

use crate::bot::LocaleId;

const LANGUAGES: [(&str, &str); 27] = [
    ("ca_ES", "Catalan (Spain)"),
    ("de_AT", "German (Austria)"),
    ("de_DE", "German (Germany)"),
    ("en_AU", "English (AU)"),
    ("en_GB", "English (UK)"),
    ("en_IN", "English (India)"),
    ("en_US", "English (US)"),
    ("en_ZA", "English (South Africa)"),
    ("es_419", "Spanish (LATAM)"),
    ("es_ES", "Spanish (Spain)"),
    ("es_US", "Spanish (US)"),
    ("fi_FI", "Finnish (Finland)"),
    ("fr_CA", "French (Canada)"),
    ("fr_FR", "French (France)"),
    ("hi_IN", "Hindi (India)"),
    ("it_IT", "Italian (Italy)"),
    ("ja_JP", "Japanese (Japan)"),
    ("ko_KR", "Korean (South Korea)"),
    ("nl_NL", "Dutch (Netherlands)"),
    ("no_NO", "Norwegian (Norway)"),
    ("pl_PL", "Polish (Poland)"),
    ("pt_BR", "Portuguese (Brazil)"),
    ("pt_PT", "Portuguese (Portugal)"),
    ("sv_SE", "Swedish (Sweden)"),
    ("zh_CN", "Chinese (PRC)"),
    ("zh_HK", "Cantonese (Hong Kong)"),
    ("ar_AE", "Arabic (United Arab Emirates)"),
];

/// The name of a language; nothing where Lex does not know it.
pub fn language_name(locale: &LocaleId) -> Option<&'static str> {
    LANGUAGES.iter().find(|(id, _)| *id == locale.as_str()).map(|(_, name)| *name)
}
