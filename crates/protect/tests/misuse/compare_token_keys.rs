use sotto_protect::TokenKey;

fn same(one: &TokenKey, other: &TokenKey) -> bool {
    one == other
}

fn main() {
    let _ = same;
}
