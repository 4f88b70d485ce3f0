use sotto_detect::{KeywordId, RuleId, Score};

fn main() {
    let _ = RuleId(3);
    let _ = KeywordId(3);
    let _ = RuleId::from(3_u16);
    let _ = KeywordId::default();
    let _ = Score(255);
}
