use sotto_protect::MaskedText;
use sotto_sensitive::RawText;

fn publish(_: &MaskedText) {}

fn main() {
    publish(&RawText::new(String::from("captured")));
}
