use sotto_protect::TokenKey;

fn show(key: &TokenKey) -> String {
    format!("{key}")
}

fn main() {
    let _ = show;
}
