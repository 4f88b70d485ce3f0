//! Of which words are sentences made that come from no list? Lists of our own, parted by `|`.

use super::dice::Dice;

/// One of the words of a list.
pub(crate) fn one_of(list: &'static str, dice: &mut Dice) -> &'static str {
    let at = dice.below(list.split('|').count());
    list.split('|').nth(at).unwrap_or_default()
}

/// The days of the week.
pub(crate) fn days(language: &str) -> &'static str {
    match language {
        "de" => "Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag",
        "fr" => "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
        "es" => "lunes|martes|miércoles|jueves|viernes|sábado|domingo",
        "pt" => "segunda|terça|quarta|quinta|sexta|sábado|domingo",
        "it" => "lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica",
        _ => "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
    }
}

/// The months.
pub(crate) fn months(language: &str) -> &'static str {
    match language {
        "de" => "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
        "fr" => "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
        "es" => "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
        "pt" => "janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro",
        "it" => {
            "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
        }
        _ => "January|February|March|April|May|June|July|August|September|October|November|December",
    }
}

/// Countries and what goes for one.
pub(crate) const COUNTRIES: &str = "Germany|France|Spain|Italy|Portugal|Brazil|Mexico|Canada|India|China|Japan|the United States|USA|UK|\
Ireland|Poland|Texas|California|Florida|New York|Deutschland|España|Italia|Brasil|Österreich|Schweiz|\
Suisse|Europe";
/// States behind a city.
pub(crate) const STATES: &str = "CA|NY|TX|FL|IL|WA|OH|GA|NC|MI|NJ|VA|AZ|MA|Texas|California";
/// What companies call themselves.
pub(crate) const TRADES: &str = "Bank|Hotel|Pharmacy|Insurance|Restaurant|Café|Clinic|Motors|Airlines|Solutions|Systems|Logistics|\
University|Pizza|Apartments|Grill|Market|Diner|Hospital|Center|Telecom|Energy|Media|Inn|Bistro|Theatre|\
Studios|Foods";
/// What places to go are.
pub(crate) const VENUES: &str = "Apartments|Court|House|Glen|Park|Garden|Gardens|Museum|Field|Stadium|Airport|Plaza|Square|Tower|Towers|\
Station|Library|International Airport|Waterpark|Village|Heights|Hall|Arena|Condos|Terrace|Ranch|Lodge|\
Suites|Resort|Mall|Church|Cathedral|High School|Elementary School|College|Medical Center|Zoo|Beach|\
Bridge|Lake|Foundation|Award|Prize|Cup|Trophy|Building|Salon|Barbershop|Dental|Bakery";
/// Companies whose names are seen everywhere.
pub(crate) const CHAINS: &str = "Marriott|Hilton|Hyatt|Sheraton|Hampton|Holiday|Best Western|Ac Hotel By Marriott|Ramada|Radisson|Novotel|\
Ibis|Westin|Four Seasons|Fairmont|Wyndham|Starbucks|Subway|Chevron|Walmart|Target|Aldi|Lidl|Carrefour|\
Tesco|Ikea|Delta|United|Lufthansa|Ryanair|Chase";
/// What stands before the name of a car.
pub(crate) const MAKERS: &str = "||Standard |Honda |Ford |Toyota |Chevrolet |Nissan |Volkswagen |Fiat |Mercedes |Audi |Hyundai |Compact |\
Jeep |Tesla ";
/// Cars.
pub(crate) const CARS: &str = "Accord|Civic|Corolla|Camry|Cruze|Cherokee|CR-V|Fusion|Focus|Golf|Passat|Polo|Fiesta|Altima|Malibu|\
Mustang|Escape|Explorer|Prius|Sonata|Elantra|Punto|Panda|Clio|Megane|Charger|Impala|Tahoe|Model 3|Cooper|\
Outback|Jetta|Sentra|Rogue|Yaris|Kia Rio|Panamera";
/// Heads of names of German streets.
pub(crate) const GERMAN: &str =
    "Haupt|Bahnhof|Schul|Garten|Linden|Berg|Kirch|Wald|Park|Schiller|Goethe|Markt|Rosen|Mühlen";
/// What stands before a turn of a dialogue.
pub(crate) const SPEAKERS: &str = "customer: |agent: |Customer: |Agent: |User: |Bot: |user: |assistant: |Q: |A: |caller: |CUSTOMER: |\
AGENT: |- |> ||||[10:02] agent: |client: |rep: |Representative: |Speaker 1: ";
/// What a turn begins with.
pub(crate) const LEADS: &str = "|||||Okay. |Okay, |Ok, |Yes. |Yes, |Yeah, |No, |No. |Sure. |Sure, |Great. |Great, |Perfect. |Sorry, |\
Alright, |Thanks. |Thank you. |Right. |Correct. |Good. |Nice. |Cool. |Hmm. |Well, |Awesome! |Got it. |\
Please wait. |Of course. |Certainly. |That is right. |That's great. |Excellent. |Neat. |Sounds good. |\
Oh, |Hi! |Hello. |Nah. |Bye. |Fine. |Absolutely. |Exactly. |Hmmm, |Pleas |Ye |Thier |Possibly. |Oops, |\
Ugh. |Haha, |Wow, |Cool! |Lol |Wi-Fi |Let's see. |Fien. |Thx. |Opa! |Super. |Lovely. |Never mind. |\
Wait. |Actually, |Maybe. |Then |And |So |But ";
/// Words of headings, products, plans and machines: what stands in capitals and is nobody.
pub(crate) const CAPITALS: &str = "Account Order Service Support Premium Basic Business Plan Card Credit Debit Payment Invoice Shipping Delivery Return Refund \
Customer Client Team Department Manager Office Help Desk Ticket Request Case Status Update Security Alert Password Reset Login Mobile App Online \
Store Shop Gift Voucher Coupon Discount Offer Deal Summer Winter Spring Autumn Holiday Weekend Travel Flight Hotel Room Booking Reservation \
Express Standard Priority Overnight Ground Package Parcel Tracking Warehouse Stock Item Product Model Series Pro Max Plus Ultra Mini Air Smart \
Home Kitchen Garden Outdoor Sport Fitness Yoga Coffee Tea Water Bottle Blue Red Green Black White Golden Silver Night Day Morning Star Moon Sun \
Sky River Lake Mountain Ocean Island Forest Stone Fire Ice Storm Thunder Shadow Light Dark Dream Heart Soul Love Life Time World Earth Dragon \
Lion Tiger Wolf Bear Eagle Fox King Queen Prince Knight Crown Castle Tower Bridge Gate Road House Garden Rose Lily Maple Oak Pine Cedar Birch \
Data Cloud Server Network System Engine Thread Pool Connection Error Warning Exception Handler Manager Controller Filter Request Response Session \
Cache Queue Worker Cluster Node Proxy Gateway Load Balancer Backup Restore Monitor Report Dashboard Console Terminal Screen Keyboard Mouse Printer \
Phone Tablet Laptop Watch Camera Speaker Headphones Charger Cable Battery Adapter Wireless Bluetooth Digital Virtual Global Central Northern \
Southern Eastern Western National Federal Public Private General Special Annual Monthly Weekly Daily Quarterly Financial Legal Medical Human \
Resources Marketing Sales Finance Accounting Purchasing Production Quality Research Development Engineering Design Training Education Science \
Health Care Insurance Policy Claim Coverage Benefit Terms Conditions Privacy Notice Agreement Contract License Certificate Document Form Letter \
Message Email Subject Date Name Address City State Country Phone Number Code Reference Amount Total Balance Tax Fee Price Rate Interest Loan \
Mortgage Savings Checking Investment Fund Stock Market Exchange Trade Bond Share Dividend Hello Hi Dear Thanks Thank Please Sorry Yes No Okay \
Sure Great Good Best Regards Sincerely Kind Warm Cheers Welcome Goodbye Today Tomorrow Yesterday Now Later Soon Never Always Maybe However \
Also Because When Where What Who Why How Which This That These Those There Here Our Your My His Her Their We You They Can Could Will Would Should \
Must May Might Shall Do Does Did Have Has Had Is Are Was Were Be Been Being Get Got Make Made Take Took Send Sent Call Called Ask Asked Tell Told";
