use sotto_public::Storable;

#[derive(Storable)]
struct Row {
    body: Vec<u8>,
}

fn main() {
    let _ = Row { body: vec![] };
}
