use sotto_sensitive::{RawBytes, RawText};

fn main() {
    let text = RawText::new(String::from("captured"));
    let _ = text.clone();
    let bytes = RawBytes::new(vec![1]);
    let _ = bytes.clone();
}
