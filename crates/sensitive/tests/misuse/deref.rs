use sotto_sensitive::{RawBytes, RawText};

fn main() {
    let text = RawText::new(String::from("captured"));
    let _: &str = &text;
    let bytes = RawBytes::new(vec![1]);
    let _: &[u8] = bytes.as_ref();
}
