//! Which place did somebody name? "AMAZON.Country", "AMAZON.State", "AMAZON.City".
//!
//! A known name is found wherever it stands in the answer; otherwise the answer without its opening is taken, as long as it
//! looks like a name. Variants are kept as they were said, as Lex does. The names are those that people use of the members of
//! the United Nations, of states and provinces where English is spoken, and of some large cities.

use super::name;
use super::pieces::{Kind, Pieces};

/// Which kind of place is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Country,
    State,
    City,
}

/// Longest name of a place that no list has, in pieces.
const PIECES_MAX: usize = 6;

/// Countries, and what they are called besides.
const COUNTRIES: [&str; 221] = [
    "afghanistan", "albania", "algeria", "america", "andorra", "angola", "antigua and barbuda", "argentina",
    "armenia", "australia", "austria", "azerbaijan", "bahamas", "bahrain", "bangladesh", "barbados", "belarus",
    "belgium", "belize", "benin", "bhutan", "bolivia", "bosnia", "bosnia and herzegovina", "botswana", "brazil",
    "britain", "brunei", "bulgaria", "burkina faso", "burma", "burundi", "cabo verde", "cambodia", "cameroon",
    "canada", "cape verde", "central african republic", "chad", "chile", "china", "colombia", "comoros",
    "congo", "costa rica", "croatia", "cuba", "cyprus", "czech republic", "czechia", "denmark", "djibouti",
    "dominica", "dominican republic", "east timor", "ecuador", "egypt", "el salvador", "england",
    "equatorial guinea", "eritrea", "estonia", "eswatini", "ethiopia", "fiji", "finland", "france", "gabon",
    "gambia", "georgia", "germany", "ghana", "great britain", "greece", "greenland", "grenada", "guatemala",
    "guinea", "guinea bissau", "guyana", "haiti", "holland", "honduras", "hong kong", "hungary", "iceland",
    "india", "indonesia", "iran", "iraq", "ireland", "israel", "italy", "ivory coast", "jamaica", "japan",
    "jordan", "kazakhstan", "kenya", "kiribati", "korea", "kosovo", "kuwait", "kyrgyzstan", "laos", "latvia",
    "lebanon", "lesotho", "liberia", "libya", "liechtenstein", "lithuania", "luxembourg", "macau", "madagascar",
    "malawi", "malaysia", "maldives", "mali", "malta", "marshall islands", "mauritania", "mauritius", "mexico",
    "micronesia", "moldova", "monaco", "mongolia", "montenegro", "morocco", "mozambique", "myanmar", "namibia",
    "nauru", "nepal", "netherlands", "new zealand", "nicaragua", "niger", "nigeria", "north korea",
    "north macedonia", "northern ireland", "norway", "oman", "pakistan", "palau", "palestine", "panama",
    "papua new guinea", "paraguay", "peru", "philippines", "poland", "portugal", "puerto rico", "qatar",
    "romania", "russia", "rwanda", "saint kitts and nevis", "saint lucia", "samoa", "san marino",
    "sao tome and principe", "saudi arabia", "scotland", "senegal", "serbia", "seychelles", "sierra leone",
    "singapore", "slovakia", "slovenia", "solomon islands", "somalia", "south africa", "south korea",
    "south sudan", "spain", "sri lanka", "sudan", "suriname", "swaziland", "sweden", "switzerland", "syria",
    "taiwan", "tajikistan", "tanzania", "thailand", "timor leste", "togo", "tonga", "trinidad and tobago",
    "tunisia", "turkey", "turkmenistan", "tuvalu", "u k", "u s a", "uae", "uganda", "uk", "ukraine",
    "united arab emirates", "united kingdom", "united states", "united states of america", "uruguay", "us",
    "usa", "uzbekistan", "vanuatu", "vatican city", "venezuela", "vietnam", "wales", "yemen", "zambia",
    "zimbabwe",
];
/// States, provinces and territories, and their letters.
const STATES: [&str; 122] = [
    "ak", "al", "alabama", "alaska", "alberta", "ar", "arizona", "arkansas", "az", "british columbia", "ca",
    "california", "co", "colorado", "connecticut", "ct", "dc", "de", "delaware", "district of columbia", "fl",
    "florida", "ga", "georgia", "hawaii", "hi", "ia", "id", "idaho", "il", "illinois", "in", "indiana", "iowa",
    "kansas", "kentucky", "ks", "ky", "la", "louisiana", "ma", "maine", "manitoba", "maryland", "massachusetts",
    "md", "me", "mi", "michigan", "minnesota", "mississippi", "missouri", "mn", "mo", "montana", "ms", "mt",
    "nc", "nd", "ne", "nebraska", "nevada", "new brunswick", "new hampshire", "new jersey", "new mexico",
    "new south wales", "new york", "newfoundland", "nh", "nj", "nm", "north carolina", "north dakota",
    "northern territory", "northwest territories", "nova scotia", "nunavut", "nv", "ny", "oh", "ohio", "ok",
    "oklahoma", "ontario", "or", "oregon", "pa", "pennsylvania", "prince edward island", "quebec", "queensland",
    "rhode island", "ri", "saskatchewan", "sc", "sd", "south australia", "south carolina", "south dakota",
    "tasmania", "tennessee", "texas", "tn", "tx", "ut", "utah", "va", "vermont", "victoria", "virginia", "vt",
    "wa", "washington", "west virginia", "western australia", "wi", "wisconsin", "wv", "wy", "wyoming", "yukon",
];
/// Cities that need no list of their own.
const CITIES: [&str; 139] = [
    "abu dhabi", "amsterdam", "ankara", "athens", "atlanta", "auckland", "austin", "baltimore", "bangalore",
    "bangkok", "barcelona", "beijing", "belfast", "berlin", "birmingham", "bogota", "boston", "brisbane",
    "bristol", "brussels", "bucharest", "budapest", "buenos aires", "cairo", "cape town", "caracas",
    "charlotte", "chennai", "chicago", "cincinnati", "cleveland", "cologne", "columbus", "copenhagen", "dallas",
    "delhi", "denver", "detroit", "dubai", "dublin", "dusseldorf", "edinburgh", "frankfurt", "geneva",
    "glasgow", "hamburg", "hanoi", "helsinki", "hong kong", "honolulu", "houston", "indianapolis", "istanbul",
    "jakarta", "jerusalem", "johannesburg", "kansas city", "kolkata", "kyoto", "lagos", "las vegas", "leeds",
    "lima", "lisbon", "liverpool", "london", "los angeles", "lyon", "madrid", "manchester", "manila",
    "marseille", "melbourne", "memphis", "mexico city", "miami", "milan", "milwaukee", "minneapolis",
    "montreal", "moscow", "mumbai", "munich", "nairobi", "naples", "nashville", "new delhi", "new orleans",
    "new york", "new york city", "newark", "nyc", "oakland", "orlando", "osaka", "oslo", "ottawa", "paris",
    "perth", "philadelphia", "phoenix", "pittsburgh", "portland", "prague", "quebec city", "rio de janeiro",
    "rome", "sacramento", "saint louis", "salt lake city", "san antonio", "san diego", "san francisco",
    "san jose", "santiago", "sao paulo", "seattle", "seoul", "shanghai", "singapore", "sofia", "st louis",
    "st paul", "stockholm", "stuttgart", "sydney", "taipei", "tampa", "tel aviv", "tokyo", "toronto",
    "vancouver", "venice", "vienna", "warsaw", "washington", "washington dc", "wellington", "zurich",
];

impl Sort {
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Country => &COUNTRIES,
            Self::State => &STATES,
            Self::City => &CITIES,
        }
    }
}

/// The known place that begins at a piece: how many pieces it takes.
pub(crate) fn read(p: &Pieces<'_>, at: usize, sort: Sort) -> Option<usize> {
    let (phrase, len) = p.longest(at, sort.names())?;
    // Two letters are a state where they are written as one: `in`, `me` and `or` are words otherwise.
    let letters = phrase.len() == 2;
    (!letters || p.said(at, at + len).chars().all(char::is_uppercase) || p.len() == 1).then_some(len)
}

/// The place in an answer: value, first piece, one behind the last.
pub(crate) fn find(p: &Pieces<'_>, sort: Sort) -> Option<(String, usize, usize)> {
    let known = (0..p.len()).filter_map(|at| read(p, at, sort).map(|len| (at, at + len)));
    let longest = known.max_by_key(|(from, to)| (to - from, usize::MAX - from));
    if let Some((from, to)) = longest {
        return Some((p.said(from, to).to_owned(), from, to));
    }
    let (value, from, to) = name::anything(p, PIECES_MAX)?;
    let named = (from..to).all(|at| p.kind(at) == Some(Kind::Letters) || p.is_any(at, &["-", ".", "'"]));
    named.then_some((value, from, to))
}
