use sotto_protect::MaskedText;
use sotto_sensitive::RawText;

fn same(masked: &MaskedText, raw: &RawText) -> bool {
    *masked == *raw
}

fn main() {
    let _ = same;
}
