use sotto_sensitive::RawText;

fn main() {
    let _ = RawText::new(String::from("a")) == RawText::new(String::from("b"));
}
