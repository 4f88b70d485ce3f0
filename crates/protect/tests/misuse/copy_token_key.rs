use sotto_protect::{Style, TokenKey};

fn copy(key: &TokenKey) -> TokenKey {
    key.clone()
}

fn copied(style: Style) -> (Style, Style) {
    (style.clone(), style)
}

fn main() {
    let _ = (copy, copied);
}
