use sotto_public::{Recorded, Storable};

#[derive(Storable)]
struct Row {
    proof: Recorded,
}

fn twice(proof: &Recorded) -> (Recorded, Recorded) {
    (proof.clone(), proof.clone())
}

fn main() {}
