use sotto_protect::MaskedText;

fn main() {
    let _ = MaskedText(String::from("captured"));
    let _ = MaskedText::from(String::from("captured"));
}
